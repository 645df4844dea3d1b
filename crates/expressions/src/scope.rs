//! What an expression may see while it is evaluated.

use json::{Object, Value};

/// The documents and variables an expression may refer to.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// `$`: the state's input, the task's result, or whatever the field is defined over.
    pub input: &'a Value,
    /// `$$`: the context object.
    pub context: &'a Value,
    /// `$name`: the workflow variables visible here.
    pub variables: &'a dyn Variables,
}

/// Workflow variables by name, without the `$`.
pub trait Variables {
    /// The value of `name`; `None` when no state has assigned it.
    fn get(&self, name: &str) -> Option<Value>;
}

impl Variables for Object {
    fn get(&self, name: &str) -> Option<Value> {
        Object::get(self, name).cloned()
    }
}

/// No variables.
impl Variables for () {
    fn get(&self, _name: &str) -> Option<Value> {
        None
    }
}
