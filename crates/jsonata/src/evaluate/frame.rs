//! Where variables are at run time: frames of slots for blocks and lambdas, frames of tuples for the steps of a path.

use super::item::Item;
use crate::syntax::ast::{Place, Symbol};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

pub(crate) type Environment = Rc<Frame>;

#[derive(Debug)]
pub(crate) struct Frame {
    parent: Option<Environment>,
    kind: FrameKind,
    /// A closure holds it: it is emptied when the evaluation ends, as frames and closures hold each other.
    captured: Cell<bool>,
}

#[derive(Debug)]
enum FrameKind {
    /// `None` is a variable that is not assigned yet.
    Slots(RefCell<Vec<Option<Item>>>),
    Tuple(Tuple),
}

/// A context and what a path has bound on its way to it.
#[derive(Clone, Debug)]
pub(crate) struct Tuple {
    pub(crate) item: Item,
    pub(crate) bindings: Rc<Vec<(Symbol, Item)>>,
}

impl Tuple {
    pub(crate) fn new(item: Item) -> Tuple {
        Tuple { item, bindings: Rc::default() }
    }

    pub(crate) fn get(&self, symbol: Symbol) -> Option<&Item> {
        self.bindings.iter().find(|(candidate, _)| *candidate == symbol).map(|(_, item)| item)
    }

    pub(crate) fn bind(&mut self, symbol: Symbol, item: Item) {
        let bindings = Rc::make_mut(&mut self.bindings);
        match bindings.iter_mut().find(|(candidate, _)| *candidate == symbol) {
            Some((_, bound)) => *bound = item,
            None => bindings.push((symbol, item)),
        }
    }
}

impl Frame {
    pub(crate) fn root(slots: u32) -> Environment {
        Frame::new(None, FrameKind::Slots(RefCell::new(vec![None; slots as usize])))
    }

    pub(crate) fn slots(parent: &Environment, slots: u32) -> Environment {
        Frame::new(Some(parent.clone()), FrameKind::Slots(RefCell::new(vec![None; slots as usize])))
    }

    pub(crate) fn tuple(parent: &Environment, tuple: &Tuple) -> Environment {
        Frame::new(Some(parent.clone()), FrameKind::Tuple(tuple.clone()))
    }

    fn new(parent: Option<Environment>, kind: FrameKind) -> Environment {
        Rc::new(Frame { parent, kind, captured: Cell::new(false) })
    }

    fn outwards(&self, up: u32) -> &Frame {
        let mut frame = self;
        for _ in 0..up {
            frame = frame.parent.as_ref().expect("places are resolved against the frames that evaluation makes");
        }
        frame
    }

    /// What the first of `places` that is bound holds.
    pub(crate) fn lookup(&self, places: &[Place]) -> Option<Item> {
        self.look(places, Item::clone)
    }

    /// Looks at what the first of `places` that is bound holds.
    pub(crate) fn look<T>(&self, places: &[Place], mut look: impl FnMut(&Item) -> T) -> Option<T> {
        places.iter().find_map(|place| match *place {
            Place::Slot { up, slot } => match &self.outwards(up).kind {
                FrameKind::Slots(slots) => slots.borrow()[slot as usize].as_ref().map(&mut look),
                FrameKind::Tuple(_) => None,
            },
            Place::Tuple { up, symbol } => match &self.outwards(up).kind {
                FrameKind::Tuple(tuple) => tuple.get(symbol).map(&mut look),
                FrameKind::Slots(_) => None,
            },
        })
    }

    /// A frame that nothing holds any more, empty and ready for another use.
    pub(crate) fn recycle(mut frame: Environment) -> Option<Environment> {
        let unshared = Rc::get_mut(&mut frame)?;
        unshared.parent = None;
        match &mut unshared.kind {
            FrameKind::Slots(slots) => slots.get_mut().clear(),
            FrameKind::Tuple(_) => return None,
        }
        Some(frame)
    }

    /// A recycled frame put to use inside of `parent`.
    pub(crate) fn reuse(mut frame: Environment, parent: &Environment, count: u32) -> Environment {
        let unshared = Rc::get_mut(&mut frame).expect("nothing holds a recycled frame");
        unshared.parent = Some(parent.clone());
        if let FrameKind::Slots(slots) = &mut unshared.kind {
            slots.get_mut().resize(count as usize, None);
        }
        frame
    }

    /// Binds what `places` name, in order; what is missing is undefined.
    pub(crate) fn fill(&self, places: &[u32], arguments: Vec<Item>) {
        let FrameKind::Slots(slots) = &self.kind else { return };
        let (mut slots, mut arguments) = (slots.borrow_mut(), arguments.into_iter());
        for place in places {
            slots[*place as usize] = Some(arguments.next().unwrap_or_default());
        }
    }

    pub(crate) fn bind(&self, up: u32, slot: u32, item: Item) {
        if let FrameKind::Slots(slots) = &self.outwards(up).kind {
            slots.borrow_mut()[slot as usize] = Some(item);
        }
    }

    /// Notes that a closure holds this frame and, with it, those around it; `registry` gets the ones it does not have.
    pub(crate) fn capture(frame: &Environment, registry: &mut Vec<Environment>) {
        let mut current = Some(frame);
        while let Some(frame) = current
            && !frame.captured.replace(true)
        {
            registry.push(frame.clone());
            current = frame.parent.as_ref();
        }
    }

    /// Takes everything out.
    pub(crate) fn clear(&self, garbage: &mut Vec<Option<Item>>) {
        if let FrameKind::Slots(slots) = &self.kind {
            garbage.append(&mut slots.borrow_mut());
        }
    }
}
