package io.millrace.jobs.project;

import static java.util.Objects.requireNonNull;

import io.millrace.jobs.language.Dataset;
import java.nio.file.Path;
import java.util.List;

/**
 * A pipeline's folder, read: {@code pipeline.yml} and the datasets of its SQL files.
 *
 * @param folder absolute
 * @param datasets in the order of the files' names, then of the text
 */
public record Project(Path folder, PipelineSettings settings, List<Dataset> datasets) {

  public Project {
    requireNonNull(folder, "folder is null");
    requireNonNull(settings, "settings is null");
    datasets = List.copyOf(datasets);
  }
}
