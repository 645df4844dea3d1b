//! What can go wrong with a server and its data directory, as codes an operator can look up: each has a page that says what happened, what
//! the server does about it and what to do. `stepwell explain` shows them.
//!
//! The codes stand in logs and error messages of every crate that keeps or uses rows, so they are on the lowest floor that all of these share.

macro_rules! troubles {
    ($($variant:ident $code:literal $file:literal $doc:literal)+) => {
        /// A kind of trouble. Codes never change their meaning.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Trouble {
            $(#[doc = $doc] $variant,)+
        }

        impl Trouble {
            /// All of them, by code.
            pub const ALL: &[Trouble] = &[$(Trouble::$variant),+];

            /// The code: `SW` and three digits.
            pub fn code(self) -> &'static str {
                match self { $(Trouble::$variant => $code,)+ }
            }

            /// The page, Markdown. Its first line is `# code: title`.
            pub fn page(self) -> &'static str {
                match self { $(Trouble::$variant => include_str!($file),)+ }
            }
        }
    };
}

troubles! {
    DiskFull "SW001" "sw001.md" "There is no room for what must be written."
    SyncFailed "SW002" "sw002.md" "The operating system could not make a write durable."
    WriteFailed "SW003" "sw003.md" "A file of the data directory could not be written."
    LogDamaged "SW004" "sw004.md" "The log is damaged where no crash damages it."
    RowsDamaged "SW005" "sw005.md" "A table of the rows is damaged."
    DamagedExecution "SW006" "sw006.md" "The rows of one execution cannot be read."
    StepPanicked "SW007" "sw007.md" "Stepwell broke a promise of its own."
    DirectoryInUse "SW008" "sw008.md" "Another process has the data directory open."
    NotWritable "SW009" "sw009.md" "The data directory cannot be written."
    NewerFormat "SW010" "sw010.md" "A newer release wrote the data directory."
    DirectoryGone "SW011" "sw011.md" "The data directory has vanished under a running server."
}

impl Trouble {
    /// The one with a code, in whatever case.
    pub fn of_code(code: &str) -> Option<Trouble> {
        Trouble::ALL.iter().copied().find(|trouble| trouble.code().eq_ignore_ascii_case(code))
    }

    /// What it is, in a few words.
    pub fn title(self) -> &'static str {
        let first = self.page().lines().next().unwrap_or_default();
        first.split_once(": ").map_or(first, |(_, title)| title)
    }

    /// How a message ends that an operator is to act on.
    pub fn hint(self) -> String {
        format!("(stepwell explain {})", self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::Trouble;

    #[test]
    fn every_page_says_what_happened_and_what_to_do() {
        for trouble in Trouble::ALL {
            let page = trouble.page();
            assert!(page.starts_with(&format!("# {}: ", trouble.code())), "{page}");
            for heading in ["\n## What happened\n", "\n## What the server does\n", "\n## What to do\n"] {
                assert!(page.contains(heading), "{} lacks {heading}", trouble.code());
            }
            assert_eq!(Trouble::of_code(&trouble.code().to_lowercase()), Some(*trouble));
        }
        assert!(Trouble::ALL.is_sorted_by_key(|trouble| trouble.code()));
    }
}
