-- SPDX-License-Identifier: Apache-2.0
-- Tasks are scored by metrics of their own. score: mean over the rows, 0 to 1; NULL = correct of total.
ALTER TABLE evaluation_cells ADD COLUMN metric TEXT NOT NULL DEFAULT 'exact_match';
ALTER TABLE evaluation_cells ADD COLUMN score REAL;
