//! One service: its operations and shapes.

use crate::Shape;
use crate::names::pascal;
use json::Value;

/// A service's model.
#[derive(Debug)]
pub struct Service {
    model: Value,
}

/// One operation of a service.
#[derive(Clone, Copy, Debug)]
pub struct Operation<'s> {
    service: &'s Service,
    model: &'s Value,
}

impl Service {
    pub(crate) fn new(model: Value) -> Service {
        Service { model }
    }

    /// An operation by the API's name for it, such as `PutItem`.
    pub fn operation(&self, name: &str) -> Option<Operation<'_>> {
        let model = self.model.get("operations")?.get(name)?;
        Some(Operation { service: self, model })
    }

    /// An operation as Step Functions spells it, such as `putItem`.
    pub fn action(&self, action: &str) -> Option<Operation<'_>> {
        self.operation(&pascal(action))
    }

    pub(crate) fn shape(&self, name: &str) -> Option<Shape<'_>> {
        let model = self.model.get("shapes")?.get(name)?;
        Some(Shape::new(self, model))
    }
}

impl<'s> Operation<'s> {
    /// What is sent; absent if there is nothing.
    pub fn input(&self) -> Option<Shape<'s>> {
        self.shape("input")
    }

    /// What comes back; absent if there is nothing.
    pub fn output(&self) -> Option<Shape<'s>> {
        self.shape("output")
    }

    fn shape(&self, side: &str) -> Option<Shape<'s>> {
        self.service.shape(self.model.get(side)?.get("shape")?.as_str()?)
    }
}
