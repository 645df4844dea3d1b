//! One execution driven by hand. After every step it is written to rows and read back, and rebuilt from its history: it must be the same.
//! Every step is taken a second time by an execution of which only the frames were read that the command is about: it must come out the same.

pub mod document;
pub mod plausible;
pub mod play;
pub mod text;
pub mod well_formed;

use json::{Payload, Value};
use std::collections::BTreeMap;
use stepwell_interpreter::history::HistoryEvent;
use stepwell_interpreter::rows::{
    ChangedRows, CorruptRow, KnownTexts, TextId, TextsApart, read_events, read_whole, texts_apart, write_events,
};
use stepwell_interpreter::{
    Activities, AwaitedTask, Command, CommandRejected, Effect, Execution, Frame, FrameId, Header, OfMachine, Outcome,
    Settings, Surroundings, TaskId, Timer, Timestamp, step,
};

struct AnyActivity;

impl Activities for AnyActivity {
    fn exists(&self, _activity_arn: &str) -> bool {
        true
    }
}

pub struct Run {
    pub definition: asl::StateMachineDefinition,
    pub execution: Execution,
    pub settings: Settings,
    pub now: Timestamp,
    pub events: Vec<HistoryEvent>,
    pub timers: Vec<Timer>,
    pub tasks: Vec<TaskId>,
    pub awaited: Vec<AwaitedTask>,
    /// Looks and cancellations of jobs that were asked for.
    pub jobs: Vec<Effect>,
    /// Whether every step ends with the execution read back from its rows and compared with its history.
    pub reloads: bool,
    /// The history as rows.
    chunks: Vec<(Vec<u8>, Vec<HistoryEvent>)>,
    state: Vec<u8>,
    bases: BTreeMap<FrameId, Vec<u8>>,
    progresses: BTreeMap<FrameId, Vec<u8>>,
    variables: BTreeMap<(FrameId, json::Key), Vec<u8>>,
    texts: BTreeMap<TextId, Vec<u8>>,
}

impl Run {
    pub fn new(definition: &Value, input: &Value) -> Run {
        let parsed = asl::parse(&definition.to_string(), asl::Format::Json, &asl::Options::default());
        let diagnostics = format!("{:?}", parsed.diagnostics);
        let definition = parsed.definition.unwrap_or_else(|| panic!("the definition is valid: {diagnostics}"));
        Run::of(definition, Payload::from(input.clone()))
    }

    pub fn of(definition: asl::StateMachineDefinition, input: Payload) -> Run {
        let machine = OfMachine {
            arn: "arn:aws:states:us-east-1:123456789012:stateMachine:m".into(),
            name: "m".into(),
            role_arn: "arn:aws:iam::123456789012:role/r".into(),
            region: "us-east-1".into(),
            revision: 1,
        };
        let arn = "arn:aws:states:us-east-1:123456789012:execution:m:e".into();
        let header = Header::new(machine, arn, "e".into(), input, Timestamp(1_000_000), 1);
        Run {
            definition,
            execution: Execution::new(header),
            settings: Settings::default(),
            now: Timestamp(1_000_000),
            events: Vec::new(),
            timers: Vec::new(),
            tasks: Vec::new(),
            awaited: Vec::new(),
            jobs: Vec::new(),
            reloads: true,
            chunks: Vec::new(),
            state: Vec::new(),
            bases: BTreeMap::new(),
            progresses: BTreeMap::new(),
            variables: BTreeMap::new(),
            texts: BTreeMap::new(),
        }
    }

    pub fn step(&mut self, command: Command) -> Result<Outcome, CommandRejected> {
        let surroundings = Surroundings { settings: &self.settings, activities: &AnyActivity };
        let in_part = (self.reloads && !self.state.is_empty()).then(|| self.step_in_part(command.clone()));
        let result = step(&self.definition, &mut self.execution, command, self.now, &surroundings);
        if let (Some(Err(rejected)), _) | (Some(_), Err(rejected)) = (&in_part, &result) {
            assert_eq!(in_part.as_ref().and_then(|in_part| in_part.as_ref().err()), Some(rejected));
        }
        let outcome = result?;
        let mut texts = TextsApart::default();
        let row = write_events(&outcome.events, &self.execution.known_texts(), &mut texts);
        self.texts.extend(texts.rows(|_| true));
        assert_eq!(self.read_chunk(&row).as_ref(), Ok(&outcome.events));
        self.chunks.push((row, outcome.events.clone()));
        self.events.extend(outcome.events.iter().cloned());
        for effect in &outcome.effects {
            match effect {
                Effect::SetTimer(timer) => self.timers.push(*timer),
                Effect::ClearTimer(timer) => {
                    let position = self.timers.iter().position(|set| set == timer).expect("a timer that was set");
                    self.timers.remove(position);
                }
                Effect::ScheduleTask(task) => self.tasks.push(*task),
                Effect::EndTask(task) => {
                    let position = self.tasks.iter().position(|open| open == task).expect("a task that is open");
                    self.tasks.remove(position);
                }
                Effect::Await(awaited) => self.awaited.push(*awaited),
                Effect::AwaitedNoMore(awaited) => {
                    let position =
                        self.awaited.iter().position(|open| open == awaited).expect("a task that is awaited");
                    self.awaited.remove(position);
                }
                Effect::StartMapRun(_) | Effect::StopMapRun(_) | Effect::RedriveMapRun(_) => {}
                Effect::LookAtJob(_) | Effect::CancelJob(_) => self.jobs.push(effect.clone()),
                Effect::NotifyClosed => assert!(!self.execution.is_running()),
            }
        }
        if !self.execution.is_running() {
            assert_eq!((self.timers.len(), self.tasks.len(), self.awaited.len()), (0, 0, 0));
            assert_eq!(self.execution.frames().count() > 0, self.execution.keeps_frames);
            // What was written while it ran is read with what is known in the end.
            for (row, events) in &self.chunks {
                assert_eq!(self.read_chunk(row).as_ref(), Ok(events));
            }
            if let Some(row) = self.execution.whole_row(&self.events) {
                let (read, events) = read_whole(&row).expect("a good row").expect("it is whole");
                let told =
                    |of: &Execution| (of.header.clone(), of.status.clone(), of.stop_time, of.next_event_id, of.seed);
                assert_eq!((told(&read), &events), (told(&self.execution), &self.events));
                assert_eq!(Header::from_row(&row).as_ref(), Ok(&self.execution.header));
            }
        }
        if self.reloads {
            let rows = self.restore();
            if let Some((of_part, rows_of_part)) = in_part.transpose()? {
                assert_eq!((&of_part.events, &of_part.effects), (&outcome.events, &outcome.effects));
                assert_eq!(rows_of_part, rows);
            }
            let told =
                stepwell_interpreter::replay::check(&self.definition, &self.execution, &self.events, &self.settings);
            assert_eq!(told, Ok(()));
        }
        Ok(outcome)
    }

    /// The earliest timer's time comes.
    pub fn fire(&mut self) -> Result<Outcome, CommandRejected> {
        let timer = *self.timers.iter().min().expect("there is a timer");
        self.now = timer.due;
        self.step(Command::TimerFired(timer.kind))
    }

    /// Each event with the one it points back to.
    pub fn shape(&self) -> String {
        let lines = self
            .events
            .iter()
            .map(|event| format!("{} <- {} {}\n", event.id, event.previous_event_id, event.details.type_name()));
        lines.collect()
    }

    /// The step of an execution that has only the frame the command is about and those around it; has all, if it asks for them.
    fn step_in_part(&self, command: Command) -> Result<(Outcome, ChangedRows), CommandRejected> {
        let surroundings = Surroundings { settings: &self.settings, activities: &AnyActivity };
        let mut part = self.read_head(&self.state);
        let mut next = command.frame();
        while let Some(frame) = next.and_then(|id| self.read_frame(id)) {
            next = frame.parent;
            part.restore_frame(frame);
        }
        let before = format!("{part:?}");
        let mut result = step(&self.definition, &mut part, command.clone(), self.now, &surroundings);
        if result.as_ref().is_err_and(|rejected| *rejected == CommandRejected::FramesMissing) {
            assert_eq!(format!("{part:?}"), before, "a rejected command changes nothing");
            for id in self.bases.keys().filter(|id| part.frame(**id).is_none()).collect::<Vec<_>>() {
                part.restore_frame(self.read_frame(*id).expect("it has rows"));
            }
            part.restored_all_frames();
            result = step(&self.definition, &mut part, command, self.now, &surroundings);
        }
        result.map(|outcome| (outcome, part.take_changed_rows()))
    }

    fn read_chunk(&self, row: &[u8]) -> Result<Vec<HistoryEvent>, CorruptRow> {
        read_events(row, &self.with_texts(self.execution.known_texts(), row))
    }

    /// With the texts that the row refers to and that stand apart.
    fn with_texts(&self, mut known: KnownTexts, row: &[u8]) -> KnownTexts {
        for id in texts_apart(row).expect("a good row") {
            known.read_apart(id, &self.texts[&id]).expect("a good row");
        }
        known
    }

    fn read_head(&self, state: &[u8]) -> Execution {
        let header = Header::from_row(&self.execution.header.to_row()).expect("a good row");
        Execution::from_rows(header, state).expect("a good row")
    }

    fn read_frame(&self, id: FrameId) -> Option<Frame> {
        let base = self.bases.get(&id)?;
        let known = self.with_texts(self.execution.header.known_texts(), base);
        let mut frame = Frame::from_rows(id, base, &self.progresses[&id], &known).expect("good rows");
        for ((_, name), row) in self.variables.iter().filter(|((of, _), _)| *of == id) {
            frame.restore_variable(name, row, &known).expect("a good row");
        }
        Some(frame)
    }

    /// Exchanges the execution for what its rows say.
    fn restore(&mut self) -> ChangedRows {
        let rows = self.execution.take_changed_rows();
        self.state.clone_from(&rows.state);
        self.texts.extend(rows.texts.rows(|_| true));
        self.bases.extend(rows.bases.iter().cloned());
        self.progresses.extend(rows.progresses.iter().cloned());
        let variables = rows.variables.iter().cloned().map(|(id, name, row)| ((id, name), row));
        self.variables.extend(variables);
        self.variables.retain(|(id, _), _| !rows.without_variables.contains(id) && !rows.removed.contains(id));
        for id in &rows.removed {
            self.bases.remove(id);
            self.progresses.remove(id);
        }
        let mut restored = self.read_head(&rows.state);
        for id in self.bases.keys() {
            restored.restore_frame(self.read_frame(*id).expect("it has rows"));
        }
        restored.restored_all_frames();
        let (before, after) = (&self.execution, &restored);
        assert_eq!(before.header, after.header);
        assert_eq!(before.status, after.status);
        assert_eq!(
            (before.stop_time, before.next_event_id, before.next_frame_id, before.seed, before.timeout_due),
            (after.stop_time, after.next_event_id, after.next_frame_id, after.seed, after.timeout_due)
        );
        assert_eq!((&before.redrives, before.keeps_frames), (&after.redrives, after.keeps_frames));
        assert_eq!(before.frames().count(), after.frames().count());
        for (before, after) in before.frames().zip(after.frames()) {
            same(before, after);
        }
        self.execution = restored;
        rows
    }
}

fn same(before: &Frame, after: &Frame) {
    assert_eq!(
        (before.id, before.parent, before.position, before.scope, before.state),
        (after.id, after.parent, after.position, after.scope, after.state)
    );
    assert_eq!((&before.input, &before.variables, &before.work), (&after.input, &after.variables, &after.work));
    assert_eq!((before.entered_at, before.entered_event), (after.entered_at, after.entered_event));
    assert_eq!((before.last_event, &before.retries, &before.phase), (after.last_event, &after.retries, &after.phase));
}
