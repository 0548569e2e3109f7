//! The chip seen from above.

use std::fmt::Write;

use snn_map::{Mapping, Usage};

use crate::plot::{PALETTE, escape, shade};

/// What colours the cores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Shares of populations.
    Population,
    /// Packets sent, and packets on every link.
    Traffic,
}

/// A floorplan as SVG: tiles of the mesh, cores coloured, links drawn as wide as they are busy.
pub fn floorplan(mapping: &Mapping, usage: &Usage, colour: Colour) -> String {
    const TILE: f64 = 64.0;
    const GAP: f64 = 18.0;
    let (columns, rows) = (f64::from(mapping.mesh_width), f64::from(mapping.mesh_height));
    let step = TILE + GAP;
    let legend = 40.0;
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {} {}" font-family="sans-serif" font-size="10">"#,
        // The legend needs its width on a small chip too.
        (columns * step + GAP).max(320.0),
        rows * step + GAP + legend
    );
    let corner = |(x, y): (u32, u32)| (GAP + f64::from(x) * step, GAP + f64::from(y) * step);
    let busiest = usage.links.iter().map(|(_, n)| *n).max().unwrap_or(1).max(1) as f64;
    if colour == Colour::Traffic {
        for ((a, b), n) in &usage.links {
            let ((x0, y0), (x1, y1)) = (corner(*a), corner(*b));
            let share = *n as f64 / busiest;
            // Opposite directions run side by side.
            let (dx, dy) = ((y1 - y0).signum() * 3.0, (x1 - x0).signum() * 3.0);
            let half = TILE / 2.0;
            let _ = write!(
                svg,
                r#"<line x1="{:.1}" y1="{:.1}" x2="{:.1}" y2="{:.1}" stroke="{}" stroke-width="{:.1}"><title>{n} packets</title></line>"#,
                x0 + half + dx,
                y0 + half + dy,
                x1 + half + dx,
                y1 + half + dy,
                shade(share),
                1.0 + 5.0 * share
            );
        }
    }
    for y in 0..mapping.mesh_height {
        for x in 0..mapping.mesh_width {
            let (left, top) = corner((x, y));
            let _ = write!(
                svg,
                r##"<rect x="{left}" y="{top}" width="{TILE}" height="{TILE}" rx="4" fill="#f4f4f4" stroke="#bbb"/>"##
            );
        }
    }
    let mut names: Vec<&str> = Vec::new();
    for core in &usage.cores {
        for (name, _) in &core.populations {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    let most = usage.cores.iter().map(|c| c.packets_out).max().unwrap_or(1).max(1) as f64;
    let per_tile = |tile| usage.cores.iter().filter(|c| c.tile == tile).count().max(1);
    let mut drawn: std::collections::BTreeMap<(u32, u32), usize> =
        std::collections::BTreeMap::new();
    for core in &usage.cores {
        let (left, top) = corner(core.tile);
        let share = TILE / per_tile(core.tile) as f64;
        let nth = drawn.entry(core.tile).or_default();
        let top = top + share * *nth as f64;
        *nth += 1;
        let title = core.populations.iter().map(|(n, k)| format!("{n} {k}"));
        let title = escape(&title.collect::<Vec<_>>().join(", "));
        match colour {
            Colour::Traffic => {
                let fill = shade(core.packets_out as f64 / most);
                let _ = write!(
                    svg,
                    r##"<rect x="{left}" y="{top:.1}" width="{TILE}" height="{share:.1}" rx="4" fill="{fill}" stroke="#888"><title>core {}: {} packets out; {title}</title></rect>"##,
                    core.core, core.packets_out
                );
            }
            Colour::Population => {
                let all: u32 = core.populations.iter().map(|(_, n)| n).sum();
                let mut at = left;
                for (name, n) in &core.populations {
                    let width = TILE * f64::from(*n) / f64::from(all.max(1));
                    let place = names.iter().position(|known| known == name).unwrap_or(0);
                    let _ = write!(
                        svg,
                        r#"<rect x="{at:.1}" y="{top:.1}" width="{width:.1}" height="{share:.1}" fill="{}"><title>core {}: {title}</title></rect>"#,
                        PALETTE[place % PALETTE.len()],
                        core.core
                    );
                    at += width;
                }
            }
        }
    }
    let base = rows * step + GAP + 8.0;
    if colour == Colour::Population {
        let mut at = GAP;
        for (i, name) in names.iter().take(12).enumerate() {
            let fill = PALETTE[i % PALETTE.len()];
            let _ = write!(
                svg,
                r##"<rect x="{at:.0}" y="{base}" width="9" height="9" fill="{fill}"/><text x="{:.0}" y="{}" fill="#666">{}</text>"##,
                at + 13.0,
                base + 8.0,
                escape(name)
            );
            at += 24.0 + 6.5 * name.chars().count() as f64;
        }
    } else {
        let _ = write!(
            svg,
            r##"<text x="{GAP}" y="{}" fill="#666">if every neuron fires once:</text><text x="{GAP}" y="{}" fill="#666">{most} packets from the darkest core, {busiest} on the widest link</text>"##,
            base + 8.0,
            base + 22.0
        );
    }
    svg + "</svg>\n"
}
