//! Which way the plan has just gone.

/// What was run, as a failure names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Nothing yet.
    Start,
    /// A file.
    Up,
    /// Its undo.
    Down,
    /// The file once more.
    UpAgain,
    /// The undo of the whole plan.
    RollBack,
    /// The whole plan once more.
    ForwardAgain,
    /// All of it.
    End,
}

impl Way {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Up => "up",
            Self::Down => "down",
            Self::UpAgain => "up again",
            Self::RollBack => "roll back",
            Self::ForwardAgain => "forward again",
            Self::End => "end",
        }
    }

    /// Whether an undo has run.
    pub(super) fn is_back(self) -> bool {
        matches!(self, Self::Down | Self::RollBack)
    }

    /// Whether what the files change must be changed.
    pub(super) fn is_onward(self) -> bool {
        !self.is_back() && self != Self::Start
    }
}
