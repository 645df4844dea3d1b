//! Shapes: what goes over the wire, described once. From one declaration come the Rust type, its JSON and its TypeScript.
//!
//! Members are in snake_case here and in camelCase there. Nothing is read with shapes: what comes in is a query string or AWS's own JSON.

#![cfg_attr(not(test), allow(dead_code, reason = "what tells TypeScript is for the test that writes it down"))]

use json::{Value, write_string, write_value};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What can be written as JSON and told in TypeScript.
pub(crate) trait Shape {
    /// Appends it as JSON.
    fn write(&self, out: &mut String);

    /// Its type's name in TypeScript, after adding what it is made of to `declarations`.
    fn declare(declarations: &mut Declarations) -> String;

    /// It alone.
    fn to_json(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }
}

/// Types of TypeScript by name.
#[derive(Default)]
pub(crate) struct Declarations(pub(crate) BTreeMap<&'static str, String>);

impl Declarations {
    /// Adds a type once; its text is made after its name is known, as a type may have itself within it.
    pub(crate) fn add(&mut self, name: &'static str, text: impl FnOnce(&mut Declarations) -> String) -> String {
        if !self.0.contains_key(name) {
            self.0.insert(name, String::new());
            let text = text(self);
            self.0.insert(name, text);
        }
        name.to_owned()
    }
}

/// Appends a comment of Rust as one of TypeScript.
pub(crate) fn comment(out: &mut String, indent: &str, lines: &[&str]) {
    let words: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
    out.push_str(&format!("{indent}/** {} */\n", words.join(" ")));
}

/// Appends a name in camelCase.
pub(crate) fn camel(out: &mut String, name: &str) {
    let mut upper = false;
    for letter in name.trim_start_matches("r#").chars() {
        match (letter, upper) {
            ('_', _) => upper = true,
            (letter, true) => {
                out.push(letter.to_ascii_uppercase());
                upper = false;
            }
            (letter, false) => out.push(letter),
        }
    }
}

/// Declares shapes: structs, `with` one whose members they have as well, and enums whose values are words.
macro_rules! shapes {
    () => {};
    (
        $(#[doc = $about:literal])* struct $name:ident $(with $base:ident: $base_type:ident)? {
            $( $(#[doc = $doc:literal])* $field:ident: $type:ty, )*
        }
        $($rest:tt)*
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Debug)]
        pub(crate) struct $name {
            $( pub(crate) $base: $base_type, )?
            $( $(#[doc = $doc])* pub(crate) $field: $type, )*
        }

        impl $crate::console::shape::Shape for $name {
            #[allow(unused_assignments, reason = "the last member has none behind it")]
            fn write(&self, out: &mut String) {
                let mut opening = '{';
                $(
                    self.$base.write(out);
                    let brace = out.pop();
                    debug_assert_eq!(brace, Some('}'), "it is a struct with members");
                    opening = ',';
                )?
                $(
                    out.push(opening);
                    opening = ',';
                    out.push('"');
                    $crate::console::shape::camel(out, stringify!($field));
                    out.push_str("\":");
                    self.$field.write(out);
                )*
                out.push('}');
            }

            fn declare(declarations: &mut $crate::console::shape::Declarations) -> String {
                declarations.add(stringify!($name), |declarations| {
                    let mut text = String::new();
                    $crate::console::shape::comment(&mut text, "", &[$($about),*]);
                    text.push_str(concat!("export interface ", stringify!($name)));
                    $(
                        text.push_str(" extends ");
                        text.push_str(&<$base_type as $crate::console::shape::Shape>::declare(declarations));
                    )?
                    text.push_str(" {\n");
                    $(
                        $crate::console::shape::comment(&mut text, "  ", &[$($doc),*]);
                        text.push_str("  ");
                        $crate::console::shape::camel(&mut text, stringify!($field));
                        text.push_str(": ");
                        text.push_str(&<$type as $crate::console::shape::Shape>::declare(declarations));
                        text.push_str(";\n");
                    )*
                    text.push_str("}\n");
                    text
                })
            }
        }
        shapes! { $($rest)* }
    };
    (
        $(#[doc = $about:literal])* enum $name:ident { $( $(#[doc = $doc:literal])* $variant:ident = $word:literal, )* }
        $($rest:tt)*
    ) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum $name { $( $(#[doc = $doc])* $variant, )* }

        impl $name {
            /// The word on the wire.
            pub(crate) fn word(self) -> &'static str {
                match self { $( $name::$variant => $word, )* }
            }
        }

        impl $crate::console::shape::Shape for $name {
            fn write(&self, out: &mut String) {
                out.push('"');
                out.push_str(self.word());
                out.push('"');
            }

            fn declare(declarations: &mut $crate::console::shape::Declarations) -> String {
                declarations.add(stringify!($name), |_| {
                    let mut text = String::new();
                    $crate::console::shape::comment(&mut text, "", &[$($about),*]);
                    let words: Vec<String> = [$($word),*].iter().map(|word| format!("\"{word}\"")).collect();
                    text.push_str(&format!("export type {} = {};\n", stringify!($name), words.join(" | ")));
                    text
                })
            }
        }
        shapes! { $($rest)* }
    };
}
pub(crate) use shapes;

macro_rules! numbers {
    ($($type:ty)*) => {$(
        impl Shape for $type {
            fn write(&self, out: &mut String) {
                out.push_str(&self.to_string());
            }

            fn declare(_: &mut Declarations) -> String {
                "number".to_owned()
            }
        }
    )*};
}
numbers!(u8 u16 u32 u64 usize i32 i64);

impl Shape for f64 {
    fn write(&self, out: &mut String) {
        match self.is_finite() {
            true => out.push_str(&self.to_string()),
            false => out.push_str("null"),
        }
    }

    fn declare(_: &mut Declarations) -> String {
        "number".to_owned()
    }
}

impl Shape for bool {
    fn write(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }

    fn declare(_: &mut Declarations) -> String {
        "boolean".to_owned()
    }
}

macro_rules! texts {
    ($($type:ty)*) => {$(
        impl Shape for $type {
            fn write(&self, out: &mut String) {
                write_string(self, out);
            }

            fn declare(_: &mut Declarations) -> String {
                "string".to_owned()
            }
        }
    )*};
}
texts!(String Arc<str> &'static str);

/// JSON of a shape that is described elsewhere.
impl Shape for Value {
    fn write(&self, out: &mut String) {
        write_value(self, out);
    }

    fn declare(_: &mut Declarations) -> String {
        "Json".to_owned()
    }
}

impl<T: Shape> Shape for Option<T> {
    fn write(&self, out: &mut String) {
        match self {
            Some(value) => value.write(out),
            None => out.push_str("null"),
        }
    }

    fn declare(declarations: &mut Declarations) -> String {
        format!("{} | null", T::declare(declarations))
    }
}

impl<T: Shape> Shape for Vec<T> {
    fn write(&self, out: &mut String) {
        out.push('[');
        for (position, element) in self.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            element.write(out);
        }
        out.push(']');
    }

    fn declare(declarations: &mut Declarations) -> String {
        let of = T::declare(declarations);
        if of.contains(' ') { format!("({of})[]") } else { format!("{of}[]") }
    }
}

impl<T: Shape> Shape for BTreeMap<String, T> {
    fn write(&self, out: &mut String) {
        out.push('{');
        for (position, (key, value)) in self.iter().enumerate() {
            if position > 0 {
                out.push(',');
            }
            write_string(key, out);
            out.push(':');
            value.write(out);
        }
        out.push('}');
    }

    fn declare(declarations: &mut Declarations) -> String {
        format!("Record<string, {}>", T::declare(declarations))
    }
}
