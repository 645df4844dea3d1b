//! Figures as a table, each beside its ratio to ours.

use crate::measure::Figures;

/// One implementation and its figures for every case, or why there are none.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) figures: Vec<Result<Figures, String>>,
}

/// Prints one table for each of parse, evaluate and both; the first row is ours, which the ratios refer to.
pub(crate) fn print(title: &str, cases: &[&str], rows: &[Row]) {
    let phases: [(&str, fn(&Figures) -> Option<f64>); 3] = [
        ("parse", |figures| figures.parse),
        ("evaluate", |figures| figures.evaluate),
        ("parse + evaluate", |figures| figures.both),
    ];
    for (phase, figure) in phases {
        println!("\n{title}: {phase} (x: how often our time)");
        print!("{:34}", "");
        cases.iter().for_each(|case| print!(" {case:>24}"));
        println!();
        for row in rows {
            print!("{:34}", row.name);
            for (index, figures) in row.figures.iter().enumerate() {
                let ours = rows[0].figures[index].as_ref().ok().and_then(figure);
                let cell = match figures.as_ref().map(figure) {
                    Ok(Some(figure)) => {
                        let ratio = ours.map(|ours| format!("{:.1}x", figure / ours)).unwrap_or_default();
                        format!("{} {ratio:>8}", duration(figure))
                    }
                    Ok(None) => "-".to_owned(),
                    Err(_) => "failed".to_owned(),
                };
                print!(" {cell:>24}");
            }
            println!();
        }
    }
    for row in rows {
        for (case, figures) in cases.iter().zip(&row.figures) {
            if let Err(problem) = figures {
                println!("{}, {case}: {}", row.name, problem.chars().take(200).collect::<String>());
            }
        }
    }
}

fn duration(nanoseconds: f64) -> String {
    match nanoseconds {
        fast if fast < 1e4 => format!("{fast:.0} ns"),
        middle if middle < 1e7 => format!("{:.1} µs", middle / 1e3),
        slow => format!("{:.1} ms", slow / 1e6),
    }
}
