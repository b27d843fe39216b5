package io.millrace.jobs.plan;

/**
 * A relation as Flink's planner sees it.
 *
 * @param name in the query
 * @param relation whose columns are its columns
 */
record FlinkInput(String name, Relation relation) {}
