/**
 * Pipeline projects: a folder with {@code pipeline.yml} and SQL files, loaded whole, checked whole,
 * and seen as a graph of datasets.
 */
@NullMarked
package io.millrace.jobs.project;

import org.jspecify.annotations.NullMarked;
