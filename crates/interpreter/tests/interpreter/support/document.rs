//! Conformance documents: Markdown in which every heading of the second level is a case.

use std::ops::Range;

/// One case.
pub struct Case {
    /// Its heading.
    pub title: String,
    pub blocks: Vec<Block>,
    /// What the case rests on: the text after `source:`.
    pub source: Option<String>,
}

/// A fenced block: the word after the fence, and its lines.
pub struct Block {
    pub kind: String,
    pub text: String,
    /// Where in the document `text` stands.
    pub span: Range<usize>,
}

impl Case {
    /// The text of the block of this kind.
    pub fn block(&self, kind: &str) -> Option<&str> {
        self.blocks.iter().find(|block| block.kind == kind).map(|block| block.text.as_str())
    }
}

/// The cases of a document, in order. What stands before the first heading is an introduction.
pub fn cases(document: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    let mut open: Option<(String, usize)> = None;
    let mut at = 0;
    for line in document.split_inclusive('\n') {
        let content = line.trim_end();
        let start = at;
        at += line.len();
        if let Some((kind, from)) = &open {
            if content == "```" {
                let block = Block { kind: kind.clone(), text: document[*from..start].to_owned(), span: *from..start };
                cases.last_mut().expect("blocks stand below a heading").blocks.push(block);
                open = None;
            }
        } else if let Some(kind) = content.strip_prefix("```") {
            open = Some((kind.to_owned(), at));
        } else if let Some(title) = content.strip_prefix("## ") {
            cases.push(Case { title: title.to_owned(), blocks: Vec::new(), source: None });
        } else if let (Some(source), Some(case)) = (content.strip_prefix("source:"), cases.last_mut()) {
            case.source = Some(source.trim().to_owned());
        }
    }
    assert!(open.is_none(), "a block does not end");
    cases
}
