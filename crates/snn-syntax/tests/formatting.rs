//! One canonical layout.

use proptest::prelude::*;
use snn_diagnostics::SourceId;
use snn_syntax::format;

fn formatted(text: &str) -> String {
    let checked = format(SourceId(0), text);
    checked.value.unwrap_or_else(|| panic!("{:?}\n{text}", checked.diagnostics))
}

/// Everything but spaces and line ends.
fn letters(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

#[test]
fn layout_is_made_anew() {
    let ugly = "\n\n// head\nimport   \"a.snn\"   as b // c1\n\n\n\nconst  k:1 / s=5[1/s]\n/// doc\nneuron lif{ // lif\n\n  param R:MOhm=10MOhm,C : pF = 100pF,\n     D = -3\n  let x=- a*-b^-2+f( -1 ,2 )   [ 3 ]\n  let z: mV^( 1 / 2 ) = (a-b)* c\n  let y = a +\n  // inside\n  b\n  let q = f(\n  a,\n\n  b[0 ..3],\n  [1,2],\n  )\n  reset{v=V_r;w+=b}\n  else{v = 3\n\n  }\n  spike when (v>3)and not(a < b)\n  reset { }\n  reset {\n  }\n  reset { // c\n  }\n  refractory (3 ms) hold v\n\n\n  // end\n}\nnetwork n { for i in 0 .. 8{population L [i][ 3 ] :lif(tau=3ms)}\nconnect A->B.ampa as ee{rule step(1);weight -g*J;delay 1\nno autapses } }\nchip c { core on (0,0),(1,1) { delays 1..62 } }\nfn f(x:mV,y):nS/mV=if a then b else -c\n// last";
    let tidy = "// head
import \"a.snn\" as b  // c1

const k: 1/s = 5 [1/s]
/// doc
neuron lif {  // lif

  param R: MOhm = 10 MOhm, C: pF = 100 pF,
    D = -3
  let x = -a * -b ^ -2 + f(-1, 2)[3]
  let z: mV^(1/2) = (a - b) * c
  let y = a +
    // inside
    b
  let q = f(
    a,
    b[0..3],
    [1, 2],
  )
  reset { v = V_r; w += b } else {
    v = 3
  }
  spike when (v > 3) and not (a < b)
  reset { }
  reset { }
  reset {  // c
  }
  refractory (3 ms) hold v

  // end
}
network n {
  for i in 0..8 { population L[i][3]: lif(tau = 3 ms) }
  connect A -> B.ampa as ee {
    rule step(1); weight -g * J; delay 1
    no autapses
  }
}
chip c { core on (0, 0), (1, 1) { delays 1 .. 62 } }
fn f(x: mV, y): nS/mV = if a then b else -c
// last
";
    assert_eq!(formatted(ugly), tidy);
    assert_eq!(formatted(tidy), tidy);
}

#[test]
fn comments_of_neighbouring_lines_begin_in_one_column() {
    let text = "neuron n { // head\n  param a = 1 // one\n  param bcd = 2       // two\n  // own\n  let x = 3 // three\n  reset { v = 1 } // reset\n\n  let e = 4 // four\n}\n";
    let tidy = "neuron n {  // head
  param a = 1    // one
  param bcd = 2  // two
  // own
  let x = 3        // three
  reset { v = 1 }  // reset

  let e = 4  // four
}
";
    assert_eq!(formatted(text), tidy);
    assert_eq!(formatted(tidy), tidy);
}

#[test]
fn canonical_programs_stay_as_they_are() {
    for text in [
        include_str!("programs/lif.snn"),
        include_str!("programs/brunel.snn"),
        include_str!("programs/chip.snn"),
    ] {
        assert_eq!(formatted(text), text);
    }
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n\n"), "");
}

#[test]
fn a_faulty_text_is_not_touched() {
    let checked = format(SourceId(0), "neuron n { param x 3 }");
    assert!(checked.value.is_none());
    assert_eq!(checked.diagnostics.len(), 1);
}

/// A program with other spaces, and with line ends and comments where they say nothing.
fn shaken(program: &'static str) -> impl Strategy<Value = String> {
    let gaps = prop::collection::vec(0_u8..12, program.len());
    gaps.prop_map(move |gaps| {
        let mut out = String::new();
        let mut comment = false;
        for (c, gap) in program.chars().zip(gaps) {
            comment = (comment || out.ends_with("//")) && c != '\n';
            out.push(c);
            match (c, gap) {
                _ if comment => {}
                (' ', 0) => out.push_str("   "),
                (' ', 1) => out.push('\t'),
                ('\n', 0) => out.push_str("\n\n\n"),
                ('\n', 1) => out.push_str("// note\n"),
                ('{' | ',' | ';', 0) => out.push_str("\n  "),
                ('{' | ',' | ';' | '(', 1) => out.push_str(" // note\n"),
                (',' | '=' | '(' | ')' | '[' | ':', 2) => out.push(' '),
                _ => {}
            }
        }
        out
    })
}

proptest! {
    #[test]
    fn formatting_keeps_letters_and_is_stable(
        text in prop_oneof![
            shaken(include_str!("programs/lif.snn")),
            shaken(include_str!("programs/brunel.snn")),
            shaken(include_str!("programs/plasticity.snn")),
            shaken(include_str!("programs/compartments.snn")),
            shaken(include_str!("programs/chip.snn")),
        ]
    ) {
        if let Some(once) = format(SourceId(0), &text).value {
            prop_assert_eq!(letters(&once), letters(&text));
            prop_assert_eq!(formatted(&once), once.clone());
            prop_assert!(!once.contains("\n\n\n") && !once.contains(" \n"));
        }
    }
}
