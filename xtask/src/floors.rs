//! The floors: which crate may name which. ARCHITECTURE.md shows this table, and `tidy` holds both to it.

/// One floor, its crates and what they are for.
pub(crate) struct Floor {
    /// Crates of a floor name crates of lower floors only.
    pub(crate) number: u8,
    /// Directories under `crates/`, each with its purpose.
    pub(crate) crates: &'static [(&'static str, &'static str)],
}

/// From here down nothing is async and nothing reads a clock, entropy, environment, file or socket.
pub(crate) const PURE_FLOOR_HIGHEST: u8 = 3;

/// The house, from the top.
pub(crate) const FLOORS: &[Floor] = &[
    Floor { number: 8, crates: &[("cli", "the binary `stepwell`: arguments, output, exit codes, wiring")] },
    Floor {
        number: 7,
        crates: &[
            ("server", "the API over HTTP"),
            ("simulation", "seeded runs of the whole engine in a hostile world"),
        ],
    },
    Floor {
        number: 6,
        crates: &[
            ("engine", "partitions, timers, dispatch, the operations of the API"),
            ("store-embedded", "the default storage backend"),
        ],
    },
    Floor {
        number: 5,
        crates: &[
            ("store", "the storage contract, its memory backend, its suite"),
            ("integrations", "task performers, one file per service"),
        ],
    },
    Floor {
        number: 4,
        crates: &[
            ("functions", "local Lambda functions behind the Runtime API"),
            ("aws-client", "any operation of any AWS service from its model: build, sign, send, read"),
            ("visits", "a history told as visits of states: attempts, iterations, the root cause"),
        ],
    },
    Floor {
        number: 3,
        crates: &[("interpreter", "one execution's next step"), ("diagram", "a definition as a picture")],
    },
    Floor { number: 2, crates: &[("asl", "text to tree with spans to definition and diagnostics")] },
    Floor {
        number: 1,
        crates: &[
            (
                "expressions",
                "JSONPath, reference paths, intrinsic functions, payload templates; JSONata in definitions",
            ),
            ("api", "request and response shapes, limits, exceptions"),
        ],
    },
    Floor {
        number: 0,
        crates: &[
            ("json", "the shared immutable value"),
            ("jsonata", "the JSONata language"),
            ("arn", "ARNs and name rules"),
            ("service-models", "AWS's models of its services"),
        ],
    },
];

/// The floor of `crates/<name>`.
pub(crate) fn floor_of(name: &str) -> Option<u8> {
    let floor = FLOORS.iter().find(|floor| floor.crates.iter().any(|(member, _)| *member == name))?;
    Some(floor.number)
}

/// Crates on pure floors.
pub(crate) fn pure_crates() -> impl Iterator<Item = &'static str> {
    let pure = FLOORS.iter().filter(|floor| floor.number <= PURE_FLOOR_HIGHEST);
    pure.flat_map(|floor| floor.crates.iter().map(|(name, _)| *name))
}

/// The table as ARCHITECTURE.md shows it.
pub(crate) fn table() -> String {
    let mut table = String::from("| Floor | Crate | Single purpose |\n|---|---|---|\n");
    for floor in FLOORS {
        if floor.number == PURE_FLOOR_HIGHEST {
            table.push_str("| --- | | --- pure from here down --- |\n");
        }
        let join = |part: fn(&(&str, &str)) -> String| floor.crates.iter().map(part).collect::<Vec<_>>().join(" · ");
        let (names, purposes) = (join(|(name, _)| format!("`{name}`")), join(|(_, purpose)| (*purpose).to_owned()));
        table.push_str(&format!("| {} | {names} | {purposes} |\n", floor.number));
    }
    table
}
