//! Whether a connector can be made, and how many synapses it has.

use std::fmt;

use crate::{ConnectError, Connector, Major, Multapses, Rule};

impl Rule {
    /// Which end the draws run along.
    pub fn major(&self) -> Major {
        match self {
            Self::Indegree(_) | Self::NearIndegree { .. } => Major::Target,
            _ => Major::Source,
        }
    }
}

impl Connector {
    /// Whether the rule fits the sources and targets.
    pub fn check(&self) -> Result<(), ConnectError> {
        let (sources, targets) = (self.sources.len(), self.targets.len());
        match &self.rule {
            Rule::OneToOne if sources != targets => {
                Err(ConnectError::UnequalLengths { sources, targets })
            }
            Rule::Probability(p) if !(0.0..=1.0).contains(p) => {
                Err(ConnectError::OutsideUnitInterval)
            }
            Rule::Indegree(k) if targets > 0 => {
                self.enough(u64::from(*k), self.draws(0).fewest_partners().into())
            }
            Rule::Outdegree(k) if sources > 0 => {
                self.enough(u64::from(*k), self.draws(0).fewest_partners().into())
            }
            Rule::Total(total) => self.enough(*total, self.draws(0).pairs()),
            Rule::Window(window) => {
                let size = |[c, h, w]: [u32; 3]| c.checked_mul(h)?.checked_mul(w);
                let fits = size(window.input) == Some(sources)
                    && size(window.output) == Some(targets)
                    && window.is_sound();
                if fits { Ok(()) } else { Err(ConnectError::WrongWindow) }
            }
            Rule::List(pairs) => {
                match pairs.iter().position(|&(s, t)| s >= sources || t >= targets) {
                    Some(entry) => Err(ConnectError::OutOfRange { entry }),
                    None => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Which end the draws run along.
    pub fn major(&self) -> Major {
        self.rule.major()
    }

    /// The mean number of synapses over all seeds; an estimate where probabilities differ from pair to pair.
    pub fn expected_synapses(&self) -> f64 {
        match self.rule {
            Rule::Probability(p) => p * self.draws(0).pairs() as f64,
            Rule::NearIndegree { indegree, .. } => {
                f64::from(indegree) * f64::from(self.targets.len())
            }
            _ => match self.draws(0).expected_pairs() {
                Some(expected) => expected,
                None => self.exact_synapses(0) as f64,
            },
        }
    }

    /// Whether every target of `near(…) indegree(k)` has enough sources within the radius, with this seed.
    pub fn check_near(&self, seed: u64) -> Result<(), ConnectError> {
        match (&self.rule, self.draws(seed).fewest_near()) {
            (Rule::NearIndegree { indegree, .. }, Some(fewest)) => {
                self.enough(u64::from(*indegree), fewest)
            }
            _ => Ok(()),
        }
    }

    /// The number of synapses with this seed. Rules by probability draw them all without storing any;
    /// the others know.
    pub fn exact_synapses(&self, seed: u64) -> u64 {
        let draws = self.draws(seed);
        draws.closed_count().unwrap_or_else(|| {
            let mut count = 0;
            draws.visit_targets(0..self.targets.len(), |_| count += 1);
            count
        })
    }

    fn enough(&self, wanted: u64, available: u64) -> Result<(), ConnectError> {
        let possible = match self.multapses {
            Multapses::Allowed => wanted == 0 || available > 0,
            Multapses::Forbidden => wanted <= available,
        };
        if possible { Ok(()) } else { Err(ConnectError::TooMany { wanted, available }) }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnequalLengths { sources, targets } => {
                write!(
                    f,
                    "one_to_one needs equal numbers, but there are {sources} sources and {targets} targets"
                )
            }
            Self::TooMany { wanted, available } => {
                write!(f, "{wanted} partners are asked for, but there are only {available}")
            }
            Self::OutOfRange { entry } => {
                write!(f, "entry {entry} of the list (from 0) names a neuron that does not exist")
            }
            Self::WrongWindow => write!(f, "the window does not fit the neurons"),
            Self::OutsideUnitInterval => write!(f, "a probability lies between 0 and 1"),
        }
    }
}

impl std::error::Error for ConnectError {}
