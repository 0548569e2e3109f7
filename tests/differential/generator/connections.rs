//! Connections under every rule, with weights and delays of every kind.

use super::*;

impl Generator {
    pub(super) fn projection(&mut self, p: usize, objects: &[Object]) -> ProjectionNode {
        let targets = self.selection(objects, true);
        let only_neurons = self.rng.chance(60);
        let sources = self.selection(objects, only_neurons);
        let choice = self.rng.next();
        let receptors = targets.segments().iter().map(|s| {
            let ObjectKind::Population(kernel) = &objects[s.object as usize].kind else {
                unreachable!("targets are populations")
            };
            ((choice >> s.object) % kernel.receptors.len() as u64) as u16
        });
        let receptors: Vec<u16> = receptors.collect();
        let name = format!("c{p}");
        let mut connector = Connector {
            rule: Rule::AllToAll,
            sources,
            targets,
            space: None,
            key: object_key(&name),
            autapses: Autapses::Allowed,
            multapses: Multapses::Allowed,
        };
        if self.pick(30, "no autapses") {
            connector.autapses = Autapses::Forbidden;
        }
        if self.pick(30, "no multapses") {
            connector.multapses = Multapses::Forbidden;
        }
        if self.pick(40, "positions") {
            connector.space = Some(self.space(&connector, objects));
        }
        connector.rule = self.rule(&connector);
        if connector.check().is_err() {
            connector.rule = Rule::Probability(0.2);
        }
        let entries = match &connector.rule {
            Rule::List(pairs) => Some(pairs.len()),
            _ => None,
        };
        let weight = match &connector.space {
            Some(_) if self.pick(30, "weight by distance") => by_distance(0.3, -0.01),
            _ if self.has_table(&connector) => self.table(&connector),
            _ => self.weight(entries),
        };
        let delay = self.delay(entries);
        let projection = Projection { name, connector, receptors, weight, delay, live: None };
        ProjectionNode { projection, span: span() }
    }

    /// Every population has its own layout; sometimes all lie on one torus.
    pub(super) fn space(&mut self, connector: &Connector, objects: &[Object]) -> Space {
        let torus = self.pick(50, "torus").then_some([100.0, 80.0]);
        let choice = self.rng.next();
        let layout = |s: &Segment| match (choice >> s.object) % 3 {
            0 => Layout::Grid { columns: 5, rows: 4, spacing: [20.0, 20.0] },
            1 => {
                let key = objects[s.object as usize].key;
                Layout::Random { key, extent: [100.0, 80.0] }
            }
            _ => {
                let size = objects[s.object as usize].size;
                Layout::Given((0..size).map(|i| [f64::from(i), f64::from(i * i % 80)]).collect())
            }
        };
        let all = |selection: &Selection| selection.segments().iter().map(layout).collect();
        Space { sources: all(&connector.sources), targets: all(&connector.targets), torus }
    }

    pub(super) fn has_table(&mut self, connector: &Connector) -> bool {
        matches!(connector.rule, Rule::AllToAll | Rule::Window(_))
            && self.pick(50, "weights by table")
    }

    pub(super) fn table(&mut self, connector: &Connector) -> SynapseValue {
        let count = match &connector.rule {
            Rule::Window(window) => window.weights(),
            _ => u64::from(connector.sources.len()) * u64::from(connector.targets.len()),
        };
        SynapseValue::Table((0..count).map(|_| self.rng.between(-0.3, 0.6)).collect())
    }

    /// A window over one column of n pixels that gives m, where there is one of this many steps.
    pub(super) fn window(&mut self, n: u32, m: u32) -> Rule {
        let kernel = 1 + self.rng.below(4) as u32;
        let mut window = Window {
            input: [1, n, 1],
            output: [1, m, 1],
            kernel: [kernel, 1],
            stride: [1, 1],
            padding: [0, 0],
            dilation: [1, 1],
            groups: 1,
        };
        for padding in 0..40 {
            for stride in 1..4 {
                (window.padding, window.stride) = ([padding, 0], [stride, 1]);
                if window.is_sound() {
                    return Rule::Window(window);
                }
            }
        }
        Rule::AllToAll
    }

    /// Continuous connections between populations, onto inputs.
    pub(super) fn continuous(&mut self, objects: &[Object]) -> Vec<Continuous> {
        let kernel = |o: usize| match &objects[o].kind {
            ObjectKind::Population(kernel) => Some(kernel.clone()),
            ObjectKind::Source(_) => None,
        };
        let populations: Vec<usize> = (0..objects.len()).filter(|o| kernel(*o).is_some()).collect();
        let mut continuous = Vec::new();
        for target in populations.clone() {
            let inputs = kernel(target).map_or(0, |k| k.inputs.len());
            if inputs == 0 || !self.pick(50, "continuous connection") {
                continue;
            }
            let source = populations[self.rng.below(populations.len() as u64) as usize];
            let states = kernel(source).map_or(1, |k| k.states.len()) as u64;
            let part = |g: &mut Self, o: usize| {
                let start = g.rng.below(u64::from(objects[o].size) / 2) as u32;
                let segment = Segment { object: o as u32, start, len: objects[o].size - start };
                Selection::new(vec![segment])
            };
            let name = format!("continuous{target}");
            let connector = Connector {
                rule: Rule::Probability(self.rng.between(0.05, 0.4)),
                sources: part(self, source),
                targets: part(self, target),
                key: object_key(&name),
                autapses: Autapses::Allowed,
                multapses: Multapses::Allowed,
                space: None,
            };
            let mut b = ProgramBuilder::new(2);
            let (lo, hi) = (b.constant(-0.02), b.constant(0.02));
            let drawn = b.draw(Distribution::Uniform, (lo, hi), None);
            let weight = match self.rng.chance(50) {
                true => SynapseValue::Program(b.finish(&[drawn])),
                false => SynapseValue::Constant(self.rng.between(-0.02, 0.02)),
            };
            let delay = SynapseValue::Constant((1 + self.rng.below(7)) as f64);
            let receptors = vec![0];
            let projection = Projection { name, connector, receptors, weight, delay, live: None };
            continuous.push(Continuous { projection, states: vec![self.rng.below(states) as u16] });
        }
        continuous
    }

    pub(super) fn rule(&mut self, connector: &Connector) -> Rule {
        let (n, m) = (connector.sources.len(), connector.targets.len());
        match self.rng.below(7) {
            0 => {
                self.mark("all_to_all");
                Rule::AllToAll
            }
            1 if n == m => {
                self.mark("one_to_one");
                Rule::OneToOne
            }
            2 => {
                self.mark("indegree");
                Rule::Indegree(1 + self.rng.below(6) as u32)
            }
            3 => {
                self.mark("outdegree");
                Rule::Outdegree(1 + self.rng.below(6) as u32)
            }
            4 => {
                self.mark("total");
                Rule::Total(1 + self.rng.below(200))
            }
            5 if connector.space.is_some() => {
                let (sigma, radius) = (self.rng.between(5.0, 40.0), self.rng.between(10.0, 90.0));
                match self.rng.below(3) {
                    0 => {
                        self.mark("near");
                        Rule::Near { sigma, radius }
                    }
                    1 => {
                        self.mark("near with indegree");
                        let indegree = 1 + self.rng.below(4) as u32;
                        Rule::NearIndegree { sigma, radius, indegree }
                    }
                    _ => {
                        self.mark("probability by distance");
                        let SynapseValue::Program(program) = by_distance(0.5, -0.005) else {
                            unreachable!("a program")
                        };
                        Rule::PairProbability(program)
                    }
                }
            }
            5 => {
                self.mark("list");
                let count = 1 + self.rng.below(100);
                let pair =
                    |r: &mut Rng| (r.below(u64::from(n)) as u32, r.below(u64::from(m)) as u32);
                Rule::List((0..count).map(|_| pair(&mut self.rng)).collect())
            }
            6 if n >= 4 && m >= 4 && self.rng.chance(50) => {
                self.mark("window");
                self.window(n, m)
            }
            _ => {
                self.mark("probability");
                Rule::Probability(self.rng.between(0.02, 0.5))
            }
        }
    }

    pub(super) fn weight(&mut self, entries: Option<usize>) -> SynapseValue {
        let sign = if self.rng.chance(75) { 1.0 } else { -1.0 };
        let size = sign * self.rng.between(0.1, 1.2);
        if let Some(entries) = entries
            && self.pick(70, "listed weight")
        {
            return SynapseValue::List((0..entries).map(|_| self.rng.between(-1.0, 1.0)).collect());
        }
        match self.rng.below(3) {
            0 => {
                self.mark("drawn weight");
                let mut b = ProgramBuilder::new(2);
                let (mean, sd) = (b.constant(size), b.constant(0.1));
                let w = b.draw(Distribution::Normal, (mean, sd), None);
                SynapseValue::Program(b.finish(&[w]))
            }
            1 => {
                self.mark("computed weight");
                let mut b = ProgramBuilder::new(2);
                let (pre, post) = (b.input(0), b.input(1));
                let (k, size) = (b.constant(0.013), b.constant(size));
                let x = b.binary(Binary::Sub, pre, post);
                let x = b.binary(Binary::Mul, k, x);
                let x = b.binary(Binary::Add, size, x);
                SynapseValue::Program(b.finish(&[x]))
            }
            _ => {
                self.mark("constant weight");
                SynapseValue::Constant(size)
            }
        }
    }

    pub(super) fn delay(&mut self, entries: Option<usize>) -> SynapseValue {
        if let Some(entries) = entries
            && self.pick(50, "listed delay")
        {
            let delays = (0..entries).map(|_| 1.0 + self.rng.below(40) as f64);
            return SynapseValue::List(delays.collect());
        }
        match self.rng.below(3) {
            0 => {
                self.mark("drawn delay");
                let mut b = ProgramBuilder::new(2);
                let (lo, hi) = (b.constant(0.2), b.constant(40.4));
                let d = b.draw(Distribution::Uniform, (lo, hi), None);
                SynapseValue::Program(b.finish(&[d]))
            }
            1 => {
                self.mark("computed delay");
                let mut b = ProgramBuilder::new(2);
                let (pre, post) = (b.input(0), b.input(1));
                let x = b.binary(Binary::Sub, pre, post);
                let x = b.unary(Unary::Abs, x);
                SynapseValue::Program(b.finish(&[x]))
            }
            _ => {
                self.mark("constant delay");
                SynapseValue::Constant(1.0 + self.rng.below(40) as f64)
            }
        }
    }
}
