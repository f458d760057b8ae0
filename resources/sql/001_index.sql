-- SPDX-License-Identifier: Apache-2.0
-- The index over run directories. Each row can be read again from a directory, none lives here alone.
-- Tasks count from 1 (0 = before training), steps are optimizer steps of a task from 1. BLOBs are arrays of
-- little-endian 64-bit numbers. A missing measurement is NULL.

CREATE TABLE runs (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL DEFAULT '',
    directory TEXT NOT NULL,
    spec_hash TEXT NOT NULL DEFAULT '',
    group_hash TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL DEFAULT 'waiting',
    message TEXT NOT NULL DEFAULT '',
    pid INTEGER NOT NULL DEFAULT 0,
    created TEXT NOT NULL DEFAULT '',
    updated TEXT NOT NULL DEFAULT '',
    seed INTEGER NOT NULL DEFAULT 0,
    method TEXT NOT NULL DEFAULT '',
    gate TEXT NOT NULL DEFAULT '',
    backbone TEXT NOT NULL DEFAULT '',
    suite TEXT NOT NULL DEFAULT '',
    lineage_parent TEXT NOT NULL DEFAULT '',
    lineage_after_task INTEGER NOT NULL DEFAULT 0,
    lineage_kind TEXT NOT NULL DEFAULT '',
    archived INTEGER NOT NULL DEFAULT 0 CHECK (archived IN (0, 1)),
    tasks_trained INTEGER NOT NULL DEFAULT 0,
    steps_planned INTEGER NOT NULL DEFAULT 0,
    steps_done INTEGER NOT NULL DEFAULT 0,
    active_seconds REAL NOT NULL DEFAULT 0,
    density REAL,
    provenance TEXT NOT NULL DEFAULT '{}',
    -- Sizes and times of the files this row was read from; '' = read again next time.
    source_stamp TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX runs_by_created ON runs (created);
CREATE INDEX runs_by_directory ON runs (directory);
CREATE INDEX runs_by_group ON runs (group_hash);

CREATE TABLE specs (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (run, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX specs_by_key ON specs (key);

CREATE TABLE modules (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    module INTEGER NOT NULL,
    name TEXT NOT NULL,
    module_group TEXT NOT NULL,
    block INTEGER NOT NULL,
    rows INTEGER NOT NULL,
    columns INTEGER NOT NULL,
    threshold INTEGER NOT NULL,
    PRIMARY KEY (run, module)
) STRICT, WITHOUT ROWID;

CREATE TABLE tasks (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    task INTEGER NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    steps INTEGER NOT NULL DEFAULT 0,
    rows INTEGER NOT NULL DEFAULT 0,
    first_step INTEGER NOT NULL DEFAULT 0,
    final_step INTEGER NOT NULL DEFAULT 0,
    threshold_step INTEGER,
    threshold_initial BLOB,
    trained INTEGER NOT NULL DEFAULT 0,
    trained_f REAL,
    alive BLOB,
    alive_total INTEGER NOT NULL DEFAULT 0,
    entries INTEGER NOT NULL DEFAULT 0,
    stored_bytes INTEGER NOT NULL DEFAULT 0,
    adapter_file TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (run, task)
) STRICT, WITHOUT ROWID;

CREATE TABLE step_metrics (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    task INTEGER NOT NULL,
    step INTEGER NOT NULL,
    global_step INTEGER NOT NULL,
    ce REAL,
    grad_norm REAL,
    lr REAL,
    f REAL,
    density REAL,
    rows INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    padded_tokens INTEGER NOT NULL,
    tokens_per_second REAL,
    step_seconds REAL,
    memory_bytes INTEGER NOT NULL,
    PRIMARY KEY (run, task, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE penalties (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    task INTEGER NOT NULL,
    step INTEGER NOT NULL,
    name TEXT NOT NULL,
    value REAL,
    PRIMARY KEY (run, task, step, name)
) STRICT, WITHOUT ROWID;

-- tau: float64, one per threshold, after the step.
CREATE TABLE thresholds (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    task INTEGER NOT NULL,
    step INTEGER NOT NULL,
    tau BLOB NOT NULL,
    PRIMARY KEY (run, task, step)
) STRICT, WITHOUT ROWID;

-- alive: int64 per module; max_abs: float64 per module; tau, in_window: float64 per threshold.
CREATE TABLE gate_statistics (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    task INTEGER NOT NULL,
    step INTEGER NOT NULL,
    alive BLOB NOT NULL,
    max_abs BLOB NOT NULL,
    tau BLOB NOT NULL,
    in_window BLOB NOT NULL,
    PRIMARY KEY (run, task, step)
) STRICT, WITHOUT ROWID;

CREATE TABLE evaluation_cells (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    after_task INTEGER NOT NULL,
    task INTEGER NOT NULL,
    split TEXT NOT NULL,
    correct INTEGER NOT NULL,
    total INTEGER NOT NULL,
    within_options INTEGER NOT NULL,
    predictions_file TEXT NOT NULL,
    seconds REAL,
    PRIMARY KEY (run, after_task, task, split)
) STRICT, WITHOUT ROWID;

-- i < j: two tasks, i = j: one task alone. per_module: float64 in the order of modules, NaN where a measure is not
-- defined.
CREATE TABLE overlap (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    i INTEGER NOT NULL,
    j INTEGER NOT NULL,
    measure TEXT NOT NULL,
    place INTEGER NOT NULL,
    pooled REAL,
    has_pooled INTEGER NOT NULL,
    per_module BLOB NOT NULL,
    PRIMARY KEY (run, i, j, measure)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoints (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    task INTEGER NOT NULL,
    step INTEGER NOT NULL,
    phase TEXT NOT NULL,
    file TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    PRIMARY KEY (run, task, step, phase)
) STRICT, WITHOUT ROWID;

CREATE TABLE warnings (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    task INTEGER NOT NULL,
    step INTEGER NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    PRIMARY KEY (run, task, step, code, message)
) STRICT, WITHOUT ROWID;

CREATE TABLE metrics (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    name TEXT NOT NULL,
    place INTEGER NOT NULL,
    value REAL,
    PRIMARY KEY (run, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE notes (
    run INTEGER PRIMARY KEY REFERENCES runs (key) ON DELETE CASCADE,
    text TEXT NOT NULL
) STRICT;

CREATE TABLE tags (
    run INTEGER NOT NULL REFERENCES runs (key) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (tag);
