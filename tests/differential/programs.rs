//! A thousand generated programs, and faults planted in the emulator.

use snn_emulator::{Control, Emulator, Fault, LoadOptions, RunError, Simd, Tier};
use snn_ir::{Network, ObjectKind};
use snn_kernel::Shape;
use snn_result::{Collected, RunResult};

use super::generator::{Rng, Tally, image, network, on_one_core};

/// Spikes, traces and totals of a run.
pub(super) type Outcome = (RunResult, Collected);

pub(super) fn reference(network: &Network) -> Outcome {
    let mut collected = Collected::default();
    let result = snn_reference::interpret(network, &mut collected).unwrap();
    (result, collected)
}

pub(super) fn emulate(
    image: &snn_chip::ChipImage,
    network: &Network,
    options: &LoadOptions,
    pieces: &[u64],
) -> Result<Outcome, RunError> {
    let protocol = &network.protocol;
    let mut emulator = Emulator::load(image, protocol, options).unwrap();
    let mut collected = Collected::default();
    let mut left = protocol.warmup_ticks + protocol.run_ticks;
    for piece in pieces {
        let ticks = left.min(*piece);
        emulator.run(ticks, &mut collected, &mut |_| Control::Continue)?;
        left -= ticks;
        let saved = emulator.checkpoint();
        emulator = Emulator::resume(image, protocol, options, &saved).unwrap();
    }
    emulator.run(left, &mut collected, &mut |_| Control::Continue)?;
    Ok((emulator.result(), collected))
}

/// The first difference between two outcomes. Counters of cores are the emulator's alone.
pub(super) fn difference(network: &Network, a: &Outcome, b: &Outcome) -> Option<String> {
    if a.1.spikes != b.1.spikes {
        let first = a.1.spikes.iter().zip(&b.1.spikes).find(|(x, y)| x != y);
        return Some(format!("spikes: {first:?}"));
    }
    if a.0.hash != b.0.hash {
        return Some(format!("hashes {} and {}", a.0.hash, b.0.hash));
    }
    if a.0.synaptic_operations != b.0.synaptic_operations {
        let (a, b) = (&a.0.synaptic_operations, &b.0.synaptic_operations);
        return Some(format!("{a:?} and {b:?} synaptic operations"));
    }
    for (id, object) in network.objects() {
        let o = id.0 as usize;
        let counts = |r: &RunResult| (r.spikes[o], r.counted_spikes[o]);
        if matches!(object.kind, ObjectKind::Population(_)) && counts(&a.0) != counts(&b.0) {
            return Some(format!("spikes of {}", object.name));
        }
    }
    let bits = |c: &Collected| -> Vec<Vec<(u64, Vec<u64>)>> {
        let trace = |t: &Vec<(u64, Vec<f64>)>| {
            t.iter().map(|(t, v)| (*t, v.iter().map(|x| x.to_bits()).collect())).collect()
        };
        c.traces.iter().map(trace).collect()
    };
    if bits(&a.1) != bits(&b.1) {
        return Some("traces".to_string());
    }
    let records = |c: &Collected| -> Vec<_> {
        c.synapses.iter().map(|r| (r.key(), r.value.to_bits())).collect()
    };
    let (a, b) = (records(&a.1), records(&b.1));
    let first = a.iter().zip(&b).find(|(x, y)| x != y);
    (a != b).then(|| format!("{} and {} records of synapses: {first:?}", a.len(), b.len()))
}

pub(super) fn options(rng: &mut Rng, fault: Option<Fault>) -> LoadOptions {
    let levels = Simd::available();
    LoadOptions {
        threads: 1 + rng.below(4) as usize,
        simd: levels[rng.below(levels.len() as u64) as usize],
        tier: if rng.chance(75) { Tier::Shapes } else { Tier::Blocks },
        fault,
        ..LoadOptions::default()
    }
}

#[test]
fn the_emulator_gives_the_bits_of_the_reference() {
    const PROGRAMS: u64 = 1000;
    let mut tally = Tally::new();
    let mut crossing = 0;
    for seed in 0..PROGRAMS {
        let generated = network(seed);
        let network = &generated.network;
        assert_eq!(network.verify(), Ok(()));
        let mut rng = Rng(seed ^ 0x5eed);
        let shuffled = rng.chance(60);
        let image = image(network, &mut rng, shuffled);
        assert_eq!(image.verify(), Ok(()), "program {seed}");
        assert!(image.cores.len() >= 4, "program {seed} is on {} cores", image.cores.len());
        let options = options(&mut rng, None);
        let found = emulate(&image, network, &options, &[]).unwrap();
        let wanted = reference(network);
        if let Some(what) = difference(network, &found, &wanted) {
            panic!(
                "program {seed} ({:?}) on {} threads: {what}",
                generated.constructs, options.threads
            );
        }
        crossing += u64::from(found.0.cores.iter().any(|c| c.packets_out > 0));
        let in_one_pass = network.objects().any(|(_, o)| match &o.kind {
            ObjectKind::Population(kernel) => Shape::<f64>::of(kernel).is_some(),
            ObjectKind::Source(_) => false,
        });
        for construct in generated.constructs.into_iter().chain(in_one_pass.then_some("shape")) {
            *tally.entry(construct).or_default() += 1;
        }
    }
    assert!(crossing * 10 >= PROGRAMS * 7, "{crossing} programs send spikes between cores");
    assert!(tally.len() >= 35, "{} constructs", tally.len());
    for (construct, programs) in tally {
        assert!(programs >= 50, "{construct} is in {programs} programs only");
    }
}

#[test]
fn threads_mappings_and_pieces_change_nothing() {
    for seed in 2000..2030 {
        let network = network(seed).network;
        let one = on_one_core(&network);
        let base = emulate(&one, &network, &LoadOptions::default(), &[]).unwrap();
        let mut rng = Rng(seed);
        for round in 0..20 {
            let image = image(&network, &mut rng, round > 0);
            let threads = [1, 2, 3, 4, 8][rng.below(5) as usize];
            let options = LoadOptions { threads, ..options(&mut rng, None) };
            let pieces = if round % 3 == 0 { vec![1, 7, 10, 10, 10] } else { Vec::new() };
            let found = emulate(&image, &network, &options, &pieces).unwrap();
            if let Some(what) = difference(&network, &found, &base) {
                panic!("program {seed}, round {round}, {threads} threads, {pieces:?}: {what}");
            }
        }
    }
}

#[test]
fn every_planted_fault_is_caught() {
    for fault in Fault::ALL {
        let caught = (0..200).find(|seed| {
            let network = network(*seed).network;
            let mut rng = Rng(seed ^ 0xfa);
            let image = image(&network, &mut rng, true);
            let options = LoadOptions { threads: 3, fault: Some(fault), ..LoadOptions::default() };
            match emulate(&image, &network, &options, &[]) {
                Ok(found) => difference(&network, &found, &reference(&network)).is_some(),
                Err(_) => true,
            }
        });
        assert!(caught.is_some(), "{fault:?} was not caught");
    }
}

#[test]
fn the_verifier_sees_broken_networks() {
    let good = network(7).network;
    let objects: Vec<_> = good.objects().map(|(_, o)| o.clone()).collect();
    let rebuilt = |objects: Vec<snn_ir::Object>, projections: Vec<snn_ir::ProjectionNode>| {
        let protocol = good.protocol.clone();
        Network::new(
            good.name.clone(),
            good.arithmetic,
            protocol,
            good.request.clone(),
            objects,
            projections,
        )
    };
    let projections = good.projections().to_vec();
    assert_eq!(rebuilt(objects.clone(), projections.clone()).verify(), Ok(()));
    let mut ports = projections.clone();
    ports[0].projection.receptors[0] = 99;
    assert!(rebuilt(objects.clone(), ports).verify().is_err());
    let mut keys = projections.clone();
    keys[1].projection.connector.key = keys[0].projection.connector.key;
    assert!(rebuilt(objects.clone(), keys).verify().is_err());
    let mut small = objects;
    small.iter_mut().for_each(|o| o.size = 1);
    assert!(rebuilt(small, projections).verify().is_err());
}

#[test]
fn the_verifier_sees_broken_images() {
    let network = network(7).network;
    let good = image(&network, &mut Rng(7), true);
    assert_eq!(good.verify(), Ok(()));
    let broken = |mend: fn(&mut snn_chip::ChipImage)| {
        let mut image = good.clone();
        mend(&mut image);
        image.verify().unwrap_err().0
    };
    let lost = broken(|i| i.cores[0].parts.truncate(1));
    assert!(lost.contains("neurons of") || lost.contains("is on no core"), "{lost}");
    let twice = broken(|i| {
        let part = i.cores[0].parts[0];
        i.cores[1].parts.push(part);
        i.cores[1].parts.sort_by_key(|p| (p.object, p.start));
    });
    assert!(twice.contains("on two cores"), "{twice}");
    assert!(broken(|i| i.cores.reverse()).contains("out of order"));
    assert!(broken(|i| i.programs.clear()).contains("no program"));
    let nowhere = broken(|i| {
        i.cores.iter_mut().flat_map(|c| c.parts.last_mut()).for_each(|p| p.object = 99);
    });
    assert!(nowhere.contains("no population"), "{nowhere}");
    assert!(!broken(|i| i.objects[0].size = 1).is_empty());
}
