//! The order of tasks: a graph of what each gives and needs, and where the graph leaves it open, segment, table and rank.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use petgraph::Direction;
use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use crate::change::Change;
use crate::schema::QName;

/// Coarse order, so that each table's changes stay together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Segment {
    /// Names that change before everything else.
    Names,
    /// Namespaces, types, sequences that must stand first.
    Before,
    /// Foreign keys that must be gone before anything that they hold.
    Release,
    /// New tables.
    Create,
    /// Work on tables that stand, one after the other.
    Tables,
    /// Foreign keys, once both their tables are ready.
    References,
    /// What is left to drop.
    After,
}

/// A change with its place.
#[derive(Debug, Clone)]
pub struct Task {
    /// Coarse place.
    pub segment: Segment,
    /// The table it works on.
    pub table: Option<QName>,
    /// Place among the table's changes.
    pub rank: u8,
    /// What it does.
    pub change: Change,
    /// What must have been given before.
    pub needs: Vec<String>,
    /// What others may need.
    pub gives: Vec<String>,
}

impl Task {
    pub(crate) fn new(segment: Segment, table: Option<&QName>, rank: u8, change: Change) -> Self {
        Self {
            segment,
            table: table.cloned(),
            rank,
            change,
            needs: Vec::new(),
            gives: Vec::new(),
        }
    }

    pub(crate) fn gives(mut self, what: impl Into<String>) -> Self {
        self.gives.push(what.into());
        self
    }

    pub(crate) fn needs(mut self, what: impl Into<String>) -> Self {
        self.needs.push(what.into());
        self
    }
}

/// Segment, table, rank, and the order in which a task was found.
type Place = (Segment, Option<QName>, u8, usize);

/// What each task needs, as edges from what gives it.
fn graph(tasks: &[Task]) -> DiGraph<usize, ()> {
    let mut graph: DiGraph<usize, ()> = DiGraph::with_capacity(tasks.len(), tasks.len());
    let nodes: Vec<NodeIndex> = (0..tasks.len()).map(|n| graph.add_node(n)).collect();
    let mut givers: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (n, task) in tasks.iter().enumerate() {
        for what in &task.gives {
            givers.entry(what).or_default().push(n);
        }
    }
    for (n, task) in tasks.iter().enumerate() {
        for giver in task.needs.iter().filter_map(|what| givers.get(what.as_str())).flatten() {
            if *giver != n {
                graph.update_edge(nodes[*giver], nodes[n], ());
            }
        }
    }
    graph
}

/// Each task's place, or that of the first task that waits for it: what others wait for does not wait for its own turn.
fn urgencies(graph: &DiGraph<usize, ()>, places: Vec<Place>) -> Vec<Place> {
    let mut urgent = places;
    // Components come with what waits for them first, so that each is final when it is asked for.
    for node in tarjan_scc(graph).into_iter().flatten() {
        let waiting = graph.neighbors_directed(node, Direction::Outgoing);
        if let Some(first) = waiting.map(|next| urgent[graph[next]].clone()).min()
            && first < urgent[graph[node]]
        {
            urgent[graph[node]] = first;
        }
    }
    urgent
}

/// Tasks that wait for each other in a circle, the first such circle; empty when there is none.
pub(super) fn cycle(tasks: &[Task]) -> Vec<usize> {
    let graph = graph(tasks);
    let mut circles: Vec<Vec<usize>> = tarjan_scc(&graph)
        .into_iter()
        .filter(|nodes| nodes.len() > 1)
        .map(|nodes| nodes.into_iter().map(|node| graph[node]).collect())
        .collect();
    for circle in &mut circles {
        circle.sort_unstable();
    }
    circles.sort();
    circles.into_iter().next().unwrap_or_default()
}

/// Sorts tasks: what is needed first, otherwise by segment, table, rank and the order in which they were found.
///
/// A cycle (there is none by construction: foreign keys between new tables wait for both, and names that change places take
/// a detour) falls back to that order.
pub fn in_order(tasks: Vec<Task>) -> Vec<Task> {
    let graph = graph(&tasks);
    let nodes: Vec<NodeIndex> = graph.node_indices().collect();
    let place = |n: usize| (tasks[n].segment, tasks[n].table.clone(), tasks[n].rank, n);
    let urgent = urgencies(&graph, (0..tasks.len()).map(place).collect());
    let mut waiting: Vec<usize> = nodes
        .iter()
        .map(|node| graph.neighbors_directed(*node, Direction::Incoming).count())
        .collect();
    let next_of = |n: usize| Reverse((urgent[n].clone(), n));
    let mut ready: BinaryHeap<Reverse<(Place, usize)>> =
        (0..tasks.len()).filter(|n| waiting[*n] == 0).map(next_of).collect();
    let mut order = Vec::with_capacity(tasks.len());
    while let Some(Reverse((_, n))) = ready.pop() {
        order.push(n);
        for next in graph.neighbors_directed(nodes[n], Direction::Outgoing) {
            let next = graph[next];
            waiting[next] -= 1;
            if waiting[next] == 0 {
                ready.push(next_of(next));
            }
        }
    }
    if order.len() < tasks.len() {
        let mut rest: Vec<usize> = (0..tasks.len()).filter(|n| !order.contains(n)).collect();
        rest.sort_by_key(|n| place(*n));
        order.extend(rest);
    }
    let mut slots: Vec<Option<Task>> = tasks.into_iter().map(Some).collect();
    order.into_iter().filter_map(|n| slots[n].take()).collect()
}
