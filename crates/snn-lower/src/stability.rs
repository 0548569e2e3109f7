//! Whether a chosen method is stable at the tick length, before anything runs.

use snn_diagnostics::{Diagnostic, codes::lowering as codes};
use snn_model::model::Method;

use crate::affine::{Affine, Var};
use crate::dynamics::method_name;
use crate::neuron::Lowering;

/// End of the real interval in which the fourth-order Runge–Kutta method is stable (Hairer and Wanner).
const RK4_LIMIT: f64 = 2.785_293_563_405_282;

/// Reports states that decay so fast that the method makes them grow.
pub(crate) fn check(
    lowering: &mut Lowering<'_>,
    forms: &[(usize, Affine)],
    method: Method,
    substeps: u32,
) {
    let limit = match method {
        Method::Euler => 2.0,
        Method::Rk4 => RK4_LIMIT,
        Method::Exact | Method::ExponentialEuler => return,
    };
    let h = lowering.dt_ms / f64::from(substeps);
    for (state, form) in forms {
        let Some(own) = form.coefficients.get(&Var::State(*state)) else { continue };
        let Some(rate) = lowering.init.constant_of(*own) else { continue };
        let z = rate * h;
        if z >= -limit {
            continue;
        }
        let factor = match method {
            Method::Euler => 1.0 + z,
            _ => 1.0 + z + z * z / 2.0 + z * z * z / 6.0 + z * z * z * z / 24.0,
        };
        let state = &lowering.neuron.states[*state];
        let name = method_name(method);
        let largest = limit / -rate * f64::from(substeps);
        let span = lowering.neuron.solve.map_or(state.span, |s| s.span);
        let diagnostic = Diagnostic::new(
            codes::UNSTABLE,
            span,
            format!("`{name}` is not stable for `{}` at dt = {} ms", state.name, lowering.dt_ms),
            format!("each step multiplies a deviation of `{}` by {factor:.3}", state.name),
        )
        .with_label(state.span, format!("decays with {:.6} ms", -1.0 / rate))
        .with_help(format!("the largest stable dt is {largest:.6} ms"))
        .with_help("write `solve exact`: these equations are linear, and exact at any dt");
        lowering.diagnostics.push(diagnostic);
    }
}
