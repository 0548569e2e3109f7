//! Small parts of SVG pictures.

use std::fmt::Write;

/// Colours that differ for most eyes (Okabe and Ito 2008), in the order of populations.
pub(crate) const PALETTE: [&str; 8] =
    ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#8a7d00", "#777777"];

/// Text that is safe inside markup.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A shade from pale to dark for a share between 0 and 1.
pub(crate) fn shade(share: f64) -> String {
    let share = share.clamp(0.0, 1.0);
    let mix = |a: f64, b: f64| (a + (b - a) * share).round() as u8;
    format!("#{:02x}{:02x}{:02x}", mix(233.0, 178.0), mix(240.0, 40.0), mix(246.0, 24.0))
}

/// Lines over a common time axis, with axis labels; x and y in user units.
pub(crate) fn lines(series: &[(String, Vec<(f64, f64)>)], x_label: &str, y_label: &str) -> String {
    const W: f64 = 860.0;
    const H: f64 = 240.0;
    const LEFT: f64 = 64.0;
    const BOTTOM: f64 = 34.0;
    let points = || series.iter().flat_map(|(_, s)| s.iter().copied());
    let bounds = |f: fn((f64, f64)) -> f64| {
        let finite = points().map(f).filter(|x| x.is_finite());
        finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(lo, hi), x| (lo.min(x), hi.max(x)))
    };
    let ((x0, x1), (y0, y1)) = (bounds(|p| p.0), bounds(|p| p.1));
    let (x1, y1) = (if x1 > x0 { x1 } else { x0 + 1.0 }, if y1 > y0 { y1 } else { y0 + 1.0 });
    let place = |(x, y): (f64, f64)| {
        let across = LEFT + (x - x0) / (x1 - x0) * (W - LEFT - 8.0);
        (across, 8.0 + (1.0 - (y - y0) / (y1 - y0)) * (H - BOTTOM - 8.0))
    };
    let mut svg = format!(r#"<svg viewBox="0 0 {W} {H}" role="img" class="plot">"#);
    for y in round_numbers(y0, y1) {
        let (right, left, (_, py)) = (W - 8.0, LEFT - 6.0, place((x0, y)));
        let _ = write!(
            svg,
            r#"<line class="grid" x1="{LEFT}" x2="{right}" y1="{py:.1}" y2="{py:.1}"/><text x="{left}" y="{:.1}" text-anchor="end">{}</text>"#,
            py + 4.0,
            short(y)
        );
    }
    for x in round_numbers(x0, x1) {
        let (px, _) = place((x, y0));
        let anchor = if px > W - 24.0 { "end" } else { "middle" };
        let _ = write!(
            svg,
            r#"<text x="{px:.1}" y="{}" text-anchor="{anchor}">{}</text>"#,
            H - BOTTOM + 16.0,
            short(x)
        );
    }
    for (i, (name, series)) in series.iter().enumerate() {
        let mut path = String::new();
        let step = series.len().div_ceil(4000).max(1);
        for (n, point) in series.iter().step_by(step).enumerate() {
            let (x, y) = place(*point);
            let _ = write!(path, "{}{x:.1} {y:.1}", if n == 0 { "M" } else { "L" });
        }
        let colour = PALETTE[i % PALETTE.len()];
        let _ = write!(
            svg,
            r#"<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.3"/><text x="{}" y="{}" fill="{colour}" text-anchor="end">{}</text>"#,
            W - 12.0,
            20 + 15 * i,
            escape(name)
        );
    }
    let _ = write!(
        svg,
        r#"<text x="{}" y="{}" text-anchor="end">{}</text><text x="4" y="16">{}</text></svg>"#,
        W - 8.0,
        H - 2.0,
        escape(x_label),
        escape(y_label)
    );
    svg
}

/// Between three and six round numbers in lo .. hi.
fn round_numbers(lo: f64, hi: f64) -> impl Iterator<Item = f64> {
    let rough = (hi - lo) / 4.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].map(|k| k * power).into_iter().find(|s| *s >= rough);
    let step = step.unwrap_or(rough);
    let first = (lo / step).ceil();
    // Six at most, whatever rounding does.
    (0..6).map(move |i| (first + f64::from(i)) * step).filter(move |x| *x <= hi + step * 1e-9)
}

/// A number with about four digits.
pub(crate) fn short(x: f64) -> String {
    let size = x.abs();
    if size >= 1e5 || (size > 0.0 && size < 1e-3) {
        return format!("{x:.2e}");
    }
    let decimals = if size >= 100.0 {
        0
    } else if size >= 1.0 {
        1
    } else {
        3
    };
    let text = format!("{x:.decimals$}");
    if text.contains('.') {
        return text.trim_end_matches('0').trim_end_matches('.').to_string();
    }
    text
}
