package io.millrace.jobs.project;

import static java.util.Objects.requireNonNull;

import io.millrace.jobs.language.Dataset;
import io.millrace.jobs.language.ProjectException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

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

  /**
   * Reads a project.
   *
   * @param folder with {@code pipeline.yml} or {@code spark-pipeline.yml}; either file itself will
   *     do
   * @param set values of variables, which win over those under {@code configuration}
   * @throws ProjectException with everything that is wrong in its files
   * @throws io.millrace.catalog.MillraceException PROJECT_NOT_FOUND if it is not there
   */
  public static Project load(Path folder, Map<String, String> set) {
    return new ProjectLoader(folder, set).load();
  }

  /**
   * The settings of a project alone; its SQL files are not looked at.
   *
   * @throws io.millrace.catalog.MillraceException as {@link #load}, of {@code pipeline.yml}
   */
  public static PipelineSettings settings(Path folder, Map<String, String> set) {
    return new ProjectLoader(folder, set).settings();
  }
}
