//! What is proved of integers, and what is not: each fault with its near miss.

use crate::testing::{clean, in_neuron, one};

/// A neuron with integers of several widths and a few statements.
fn whole(block: &str) -> String {
    in_neuron(&format!(
        "param d: int(13) = 10, e: int(4) = 1
         check d >= 0 and d <= 4095
         receptor s: int(6) = sum
         state n: int(8) = 0, m: int(16) = 0
         state x = 0.5
         on tick {{ {block} }}
         spike when n + m + s + d + e > 100 and x > 0"
    ))
}

#[test]
fn bounds_follow_conditions() {
    clean(&whole("n = if n < 127 then n + 1 else 0"));
    one(&whole("n = if n <= 127 then n + 1 else 0"), "E0312", "if n <= 127 then n + 1 else 0");
    clean(&whole("n = if n > -100 and n < 100 then n + 27 else 0"));
    clean(&whole("n = if not (n <= -100 or n >= 100) then n + 27 else 0"));
    clean(&whole("let k = n + s; n = if k > 127 then 127 else if -128 > k then -128 else k"));
    clean(&whole("n = if n == 5 then 127 - n else 0"));
    one(&whole("n = if n != 5 then 127 - n else 0"), "E0312", "if n != 5 then 127 - n else 0");
}

#[test]
fn checks_bound_parameters() {
    clean(&whole("m = d * 7"));
    one(&whole("m = d * 9"), "E0312", "d * 9");
    one(&whole("m = m div e"), "E0312", "m div e");
    clean(&whole("m = m div (d + 1)"));
}

#[test]
fn operators_keep_numbers_whole() {
    for value in [
        "n + 1 - s",
        "abs(n) * 2",
        "n << 3",
        "n >> e",
        "(n & 15) | (3 & s)",
        "n xor s",
        "m mod 7",
        "sign(x) * 3",
        "trunc(clip(x, 0, 9))",
        "round_random(clip(x, 0, 9))",
        "bits(14)",
        "min(n, s)",
    ] {
        clean(&whole(&format!("m = {value}")));
    }
    for value in ["n / 2", "x", "sqrt(n)", "n ^ 2", "uniform()"] {
        one(&whole(&format!("m = {value}")), "E0311", value);
    }
    one(&whole("m = saturate(x >> 1)"), "E0311", "x");
    one(&whole("m = floor(x)"), "E0312", "floor(x)");
}

#[test]
fn blocks_see_what_was_assigned() {
    clean(&whole("n = 3; n = n + 100"));
    one(&whole("n = 30; n = n + 100"), "E0312", "n + 100");
    clean(&whole("n += 0; m = 2 * n"));
    one(&whole("n += 1"), "E0312", "n += 1");
}

#[test]
fn functions_are_followed() {
    let text = |value: &str| {
        format!("fn half(x) = (x + 1) >> 1\n{}", whole(&format!("n = half({value}); x = x")))
    };
    clean(&text("n"));
    clean(&text("n + s"));
    one(&text("m"), "E0312", "half(m)");
}

#[test]
fn types_have_their_places() {
    one(&in_neuron("state n: int(1) = 0\non tick { n = 0 }\nspike when n > 0"), "E0313", "int(1)");
    one(
        &in_neuron("state n: int(53) = 0\non tick { n = 0 }\nspike when n > 0"),
        "E0313",
        "int(53)",
    );
    one(&in_neuron("state n: int = 0\non tick { n = 0 }\nspike when n > 0"), "E0202", "int");
    one(&in_neuron("state n: int(x) = 0\non tick { n = 0 }\nspike when n > 0"), "E0113", "int(x)");
    one(
        &in_neuron(
            "input I: int(8)\nstate v = 0\nv' = I / 1 ms\nspike when v > 0\nreset { v = 0 }",
        ),
        "E0313",
        "int(8)",
    );
    one(
        &in_neuron(
            "receptor g: int(8) = exp(1 ms)\nstate v = 0\nv' = g / 1 ms\nspike when v > 0\nreset { v = 0 }",
        ),
        "E0313",
        "g",
    );
    one(
        &in_neuron("receptor g = jump(n)\nstate n: int(8) = 0\nspike when n > 0\nreset { n = 0 }"),
        "E0313",
        "n",
    );
    clean(&in_neuron(
        "receptor g = jump(v)\nstate v = 0\nstate n: int(8) = 0\nspike when v > n\nreset { v = 0; n = saturate(n + 1) }",
    ));
}
