//! Weights and delays of synapses.

use snn_kernel::{BLOCK, BlockInputs, BlockProgram, Column, DrawKey, Op, Program, Registers, Simd};
use snn_numeric::{Distribution, Purpose, Stream};

use crate::pairs::inputs;
use crate::space::Positions;
use crate::{Connector, Projection, Rule, Synapse, SynapseValue};

/// Gives the value of each synapse of a connector. A synapse has the same value whenever it is asked for.
#[derive(Clone, Debug)]
pub struct Evaluator<'a> {
    connector: &'a Connector,
    value: &'a SynapseValue,
    key: DrawKey,
    plan: Plan<'a>,
    positions: Option<Positions>,
    registers: Vec<f64>,
    /// The program and its registers for [`Evaluator::fill`], made when first asked for.
    blocks: Option<(BlockProgram<f64>, Registers<f64>)>,
}

#[derive(Clone, Debug)]
enum Plan<'a> {
    Constant(f64),
    /// One unbounded draw with constant arguments: the usual random weight.
    Draw {
        stream: Stream,
        distribution: Distribution,
        a: f64,
        b: f64,
    },
    Program {
        program: &'a Program,
        draws: bool,
        reads_indices: bool,
    },
    List(&'a [f64]),
    Table(&'a [f64]),
}

impl Projection {
    /// The weights of this projection's synapses.
    pub fn weights(&self, seed: u64) -> Evaluator<'_> {
        self.weight.evaluator(&self.connector, seed, Purpose::Weight)
    }

    /// The delays of this projection's synapses in ticks, fractions included; see
    /// [`delay_ticks`](crate::delay_ticks).
    pub fn delays(&self, seed: u64) -> Evaluator<'_> {
        self.delay.evaluator(&self.connector, seed, Purpose::Delay)
    }
}

impl SynapseValue {
    /// Prepares evaluation; `purpose` is `Weight` or `Delay`.
    pub fn evaluator<'a>(
        &'a self,
        connector: &'a Connector,
        seed: u64,
        purpose: Purpose,
    ) -> Evaluator<'a> {
        let key = DrawKey { seed, object: connector.key, purpose, counter: [0; 3] };
        let plan = match self {
            Self::Constant(value) => Plan::Constant(*value),
            Self::List(values) => Plan::List(values),
            Self::Table(values) => Plan::Table(values),
            Self::Program(program) => plan(program, &key),
        };
        let reads_positions = matches!(self, Self::Program(p) if p.inputs > 2);
        let positions = if reads_positions { Positions::new(connector, seed) } else { None };
        Evaluator {
            connector,
            value: self,
            key,
            plan,
            positions,
            registers: Vec::new(),
            blocks: None,
        }
    }
}

impl Evaluator<'_> {
    /// The value where it is the same for all synapses.
    pub fn constant(&self) -> Option<f64> {
        match self.plan {
            Plan::Constant(value) => Some(value),
            _ => None,
        }
    }

    /// The value of a synapse of the connector; a drawn weight is rounded to f32. An entry that a list
    /// does not have is NaN.
    pub fn at(&mut self, synapse: Synapse) -> f64 {
        let counter = [synapse.id.major, synapse.id.block, synapse.id.ordinal];
        match self.plan {
            Plan::Constant(value) => value,
            Plan::List(values) => {
                values.get(synapse.id.ordinal as usize).copied().unwrap_or(f64::NAN)
            }
            Plan::Table(values) => {
                let at = match &self.connector.rule {
                    Rule::Window(window) => window.weight_index(synapse.source, synapse.target),
                    _ => {
                        let sources = self.connector.sources.len() as usize;
                        synapse.target as usize * sources + synapse.source as usize
                    }
                };
                values.get(at).copied().unwrap_or(f64::NAN)
            }
            Plan::Draw { stream, distribution, a, b } => {
                let [major, block, ordinal] = counter;
                let u = stream.uniform([major, block, ordinal, 0]);
                self.as_drawn(distribution.sample(u, a, b))
            }
            Plan::Program { program, draws, reads_indices } => {
                let positions = self.positions.as_ref();
                let inputs = if reads_indices {
                    inputs(self.connector, positions, synapse)
                } else {
                    [0.0; 7]
                };
                let key = DrawKey { counter, ..self.key };
                let mut value = [f64::NAN];
                program.eval(&inputs, &key, &mut self.registers, &mut value);
                if draws { self.as_drawn(value[0]) } else { value[0] }
            }
        }
    }

    /// The values of many synapses, in the place of what `out` held: the bits of [`Evaluator::at`].
    pub fn fill(&mut self, simd: Simd, synapses: &[Synapse], out: &mut Vec<f64>) {
        out.clear();
        let SynapseValue::Program(program) = self.value else {
            out.extend(synapses.iter().map(|synapse| self.at(*synapse)));
            return;
        };
        if let Plan::Constant(value) = self.plan {
            out.resize(synapses.len(), value);
            return;
        }
        let (blocks, mut registers) = self
            .blocks
            .take()
            .unwrap_or_else(|| (BlockProgram::new(program), Registers::default()));
        let reads = program.ops.iter().any(|op| matches!(op, Op::Input(_)));
        let mut columns = Vec::new();
        let mut value = [f64::NAN; BLOCK];
        for synapses in synapses.chunks(BLOCK) {
            if reads {
                self.columns(synapses, program.inputs as usize, &mut columns);
            }
            let block = Block { synapses, columns: &columns, key: self.key };
            blocks.run(simd, &block, &mut registers);
            if let Some(first) = columns.first() {
                value = *first;
            }
            blocks.store(simd, 0, &registers, &mut value);
            let drawn = program.draws();
            let values = value[..synapses.len()].iter();
            out.extend(values.map(|x| if drawn { self.as_drawn(*x) } else { *x }));
        }
        self.blocks = Some((blocks, registers));
    }

    /// The inputs of a program for the synapses of one block.
    fn columns(&self, synapses: &[Synapse], count: usize, columns: &mut Vec<Column<f64>>) {
        columns.resize(count, [0.0; BLOCK]);
        for (lane, synapse) in synapses.iter().enumerate() {
            let inputs = inputs(self.connector, self.positions.as_ref(), *synapse);
            for (column, input) in columns.iter_mut().zip(inputs) {
                column[lane] = input;
            }
        }
    }

    fn as_drawn(&self, value: f64) -> f64 {
        match self.key.purpose {
            Purpose::Weight => f64::from(value as f32),
            _ => value,
        }
    }
}

/// Synapses under evaluation; places beyond the last compute like it.
struct Block<'a> {
    synapses: &'a [Synapse],
    columns: &'a [Column<f64>],
    key: DrawKey,
}

impl BlockInputs<f64> for Block<'_> {
    fn column(&self, i: usize) -> &Column<f64> {
        const ZERO: Column<f64> = [0.0; BLOCK];
        self.columns.get(i).unwrap_or(&ZERO)
    }

    fn draw_key(&self, lane: usize) -> DrawKey {
        let id = self.synapses[lane.min(self.synapses.len() - 1)].id;
        DrawKey { counter: [id.major, id.block, id.ordinal], ..self.key }
    }
}

fn plan<'a>(program: &'a Program, key: &DrawKey) -> Plan<'a> {
    let Some(&output) = program.outputs.first() else { return Plan::Constant(f64::NAN) };
    let constant = |reg: snn_kernel::Reg| match program.ops.get(reg.0 as usize) {
        Some(Op::Const(value)) => Some(*value),
        _ => None,
    };
    if let Some(value) = constant(output) {
        return Plan::Constant(value);
    }
    let reads_indices = program.ops.iter().any(|op| matches!(op, Op::Input(_)));
    let general = Plan::Program { program, draws: program.draws(), reads_indices };
    let Some(Op::Draw(draw)) = program.ops.get(output.0 as usize) else { return general };
    match (constant(draw.a), constant(draw.b), draw.bounds) {
        (Some(a), Some(b), None) => {
            let stream = Stream::new(key.seed, key.object, key.purpose, draw.occurrence);
            Plan::Draw { stream, distribution: draw.distribution, a, b }
        }
        _ => general,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Autapses, Multapses, Segment, Selection, SynapseId};
    use snn_kernel::{Binary, BoundsMode, ProgramBuilder};
    use snn_numeric::object_key;

    fn connector() -> Connector {
        let segment = |object, start, len| Segment { object, start, len };
        Connector {
            rule: Rule::AllToAll,
            sources: Selection::new(vec![segment(0, 5, 10), segment(2, 0, 10)]),
            targets: Selection::new(vec![segment(1, 100, 20)]),
            space: None,
            key: object_key("net.ee"),
            autapses: Autapses::Allowed,
            multapses: Multapses::Allowed,
        }
    }

    fn synapse(source: u32, target: u32) -> Synapse {
        Synapse { source, target, id: SynapseId { major: source, block: 0, ordinal: target } }
    }

    fn normal(extra: Option<f64>) -> SynapseValue {
        let mut builder = ProgramBuilder::new(2);
        let (a, b) = (builder.constant(2.0), builder.constant(0.5));
        let mut drawn = builder.draw(Distribution::Normal, (a, b), None);
        if let Some(extra) = extra {
            let extra = builder.constant(extra);
            drawn = builder.binary(Binary::Mul, drawn, extra);
        }
        SynapseValue::Program(builder.finish(&[drawn]))
    }

    #[test]
    fn the_quick_way_draws_the_same_bits() {
        let connector = connector();
        let (quick, general) = (normal(None), normal(Some(2.0)));
        for purpose in [Purpose::Weight, Purpose::Delay] {
            let mut quick = quick.evaluator(&connector, 3, purpose);
            let mut general = general.evaluator(&connector, 3, purpose);
            assert!(matches!(quick.plan, Plan::Draw { .. }));
            assert!(matches!(general.plan, Plan::Program { .. }));
            for target in 0..20 {
                let synapse = synapse(4, target);
                assert_eq!(2.0 * quick.at(synapse), general.at(synapse));
            }
        }
    }

    #[test]
    fn many_at_once_have_the_same_bits() {
        let program = |shifted: bool| {
            let mut builder = ProgramBuilder::new(2);
            let (mean, sd) = (builder.constant(1.5), builder.constant(0.75));
            let bounds = (builder.constant(0.1), builder.constant(2.0), BoundsMode::Redraw);
            let drawn = builder.draw(Distribution::Normal, (mean, sd), Some(bounds));
            let (pre, ten) = (builder.input(0), builder.constant(10.0));
            let scaled = builder.binary(Binary::Mul, drawn, ten);
            let other = builder.binary(Binary::Add, scaled, pre);
            builder.finish(&[if shifted { other } else { scaled }])
        };
        let mut builder = ProgramBuilder::new(2);
        let pre = builder.input(0);
        let programs = [program(false), program(true), builder.finish(&[pre])];
        let connector = connector();
        let synapses: Vec<Synapse> =
            (0..20).flat_map(|s| (0..20).map(move |t| synapse(s, t))).collect();
        let values = programs.into_iter().map(SynapseValue::Program);
        let values = values.chain([normal(None), SynapseValue::Constant(2.0)]);
        for (value, purpose) in values.zip([Purpose::Weight, Purpose::Delay].into_iter().cycle()) {
            let mut one = value.evaluator(&connector, 3, purpose);
            let mut many = one.clone();
            for simd in Simd::available() {
                let mut all = vec![7.0];
                many.fill(simd, &synapses, &mut all);
                assert_eq!(all.len(), synapses.len());
                assert!(
                    synapses.iter().zip(&all).all(|(s, x)| one.at(*s).to_bits() == x.to_bits())
                );
            }
        }
    }

    #[test]
    fn drawn_weights_are_single_and_differ() {
        let connector = connector();
        let value = normal(None);
        let mut weights = value.evaluator(&connector, 3, Purpose::Weight);
        let mut delays = value.evaluator(&connector, 3, Purpose::Delay);
        let weight = weights.at(synapse(0, 0));
        assert_eq!(weight, f64::from(weight as f32));
        let delay = delays.at(synapse(0, 0));
        assert_ne!(delay, f64::from(delay as f32));
        assert_ne!(weight, weights.at(synapse(0, 1)));
        assert_ne!(weight, weights.at(synapse(1, 0)));
        assert_eq!(weight, weights.at(synapse(0, 0)));
        assert!((weight - 2.0).abs() < 4.5);
    }

    #[test]
    fn programs_read_indices_in_the_population() {
        let mut builder = ProgramBuilder::new(2);
        let (pre, post) = (builder.input(0), builder.input(1));
        let tenth = builder.constant(0.1);
        let scaled = builder.binary(Binary::Mul, post, tenth);
        let sum = builder.binary(Binary::Add, pre, scaled);
        let value = SynapseValue::Program(builder.finish(&[sum]));
        let connector = connector();
        let mut weights = value.evaluator(&connector, 0, Purpose::Weight);
        assert_eq!(weights.at(synapse(0, 3)), 5.0 + 103.0 * 0.1);
        assert_eq!(weights.at(synapse(10, 0)), 100.0 * 0.1);
        assert_eq!(weights.constant(), None);
    }

    #[test]
    fn tables_are_by_target_and_source() {
        let connector = connector();
        let table = SynapseValue::Table((0..400).map(f64::from).collect());
        let mut table = table.evaluator(&connector, 0, Purpose::Weight);
        assert_eq!(table.at(synapse(3, 2)), 43.0);
        assert_eq!(table.constant(), None);
    }

    #[test]
    fn constants_and_lists() {
        let connector = connector();
        let constant = SynapseValue::Constant(0.1);
        assert_eq!(constant.evaluator(&connector, 0, Purpose::Weight).constant(), Some(0.1));
        let list = SynapseValue::List([7.0, 8.0].into());
        let mut list = list.evaluator(&connector, 0, Purpose::Weight);
        assert_eq!(list.at(synapse(0, 1)), 8.0);
        assert!(list.at(synapse(0, 2)).is_nan());
    }
}
