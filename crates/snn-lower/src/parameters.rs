//! Values of a population's parameters, and whether its chip can hold its integers.

use snn_chip::Arithmetic;
use snn_diagnostics::{Diagnostic, codes::lowering as codes};
use snn_kernel::{Binary, NeuronKernel, Op};
use snn_model::model::{Expr, Neuron, Parameter};

use crate::neuron::{Given, Lowering};
use crate::order;

impl<'a> Lowering<'a> {
    /// Values of all parameters, in an order in which each needs only earlier ones.
    pub(crate) fn parameters(&mut self) {
        // Reserved places, so that a parameter may use any other; the checker has excluded cycles.
        let nan = self.init.constant(f64::NAN);
        self.init_parameters = vec![nan; self.neuron.parameters.len()];
        for i in order::of_parameters(self.neuron, &|i| self.value_of(i)) {
            let parameter = &self.neuron.parameters[i];
            let Some(value) = self.value_of(i) else {
                self.missing(parameter);
                continue;
            };
            let reg = self.in_init(value);
            self.init_parameters[i] = reg;
            if let Some(x) = self.init.constant_of(reg)
                && !x.is_finite()
            {
                self.diagnostics.push(
                    Diagnostic::new(
                        codes::NOT_FINITE,
                        value.span,
                        format!("parameter `{}` is {x}", parameter.name),
                        "this divides by zero or is too large",
                    )
                    .with_label(parameter.span, "the parameter"),
                );
            }
        }
        for i in 0..self.neuron.parameters.len() {
            let reg = self.lift(&self.neuron.parameters[i].name.clone(), self.init_parameters[i]);
            self.step_parameters.push(reg);
        }
    }

    fn value_of(&self, parameter: usize) -> Option<&'a Expr> {
        let given: &'a Given<'a> = self.given;
        let given = given.parameters.iter().find(|(p, _)| *p == parameter).map(|(_, e)| e);
        let neuron: &'a Neuron = self.neuron;
        given.or(neuron.parameters[parameter].default.as_ref())
    }

    fn missing(&mut self, parameter: &Parameter) {
        self.diagnostics.push(
            Diagnostic::new(
                codes::MISSING_PARAMETER,
                self.given.span,
                format!("`{}` needs a value for `{}`", self.given.name, parameter.name),
                "given here to the model",
            )
            .with_label(parameter.span, "declared without a default")
            .with_help(format!("write `{}(… {} = …)`", self.neuron.name, parameter.name)),
        );
    }

    /// f32 holds whole numbers only to 2^24: integers would be rounded.
    pub(crate) fn refuse_integers_in_f32(&mut self, kernel: Option<&NeuronKernel>) {
        let on_bits = |op: &Op| {
            use Binary::{BitAnd, BitOr, BitXor, Shift};
            matches!(op, Op::Binary(Shift | BitAnd | BitOr | BitXor, ..))
        };
        let neuron = self.neuron;
        let whole = neuron.states.iter().any(|s| s.integer.is_some())
            || neuron.receptors.iter().any(|r| r.integer.is_some())
            || kernel.is_some_and(|k| k.step.ops.iter().any(on_bits));
        if !whole || self.given.arithmetic == Arithmetic::F64 {
            return;
        }
        let message = format!(
            "`{}` computes with integers, and the chip of this experiment in f32",
            neuron.name
        );
        self.diagnostics.push(
            Diagnostic::new(codes::INTEGERS_IN_F32, self.given.span, message, "would be rounded")
                .with_label(neuron.span, "integers are exact")
                .with_help("write `arithmetic f64` in the chip, or leave the line out"),
        );
    }
}
