package io.millrace.jobs.language;

import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Everything found wrong with a project, in the order of its files, at most {@value #SHOWN} of them
 * spelled out. The code is that of the first problem.
 */
public final class ProjectException extends MillraceException {
  /** How many problems the message spells out. */
  public static final int SHOWN = 20;

  private final ArrayList<Problem> problems;

  /**
   * @param problems at least one
   */
  public ProjectException(List<Problem> problems) {
    super(problems.get(0).code(), summary(problems), remedy(problems));
    this.problems = new ArrayList<>(problems);
  }

  /** All of them, also those that the message only counts. */
  public List<Problem> problems() {
    return List.copyOf(problems);
  }

  private static String summary(List<Problem> problems) {
    if (problems.size() == 1) {
      return problems.get(0).described();
    }
    String shown =
        problems.stream()
            .limit(SHOWN)
            .map(p -> p.code() + ": " + p.described() + "\n    " + p.remedy())
            .collect(Collectors.joining("\n"));
    int hidden = problems.size() - SHOWN;
    return problems.size()
        + " problems\n"
        + shown
        + (hidden > 0 ? "\nand " + hidden + " more" : "");
  }

  private static String remedy(List<Problem> problems) {
    return problems.size() == 1
        ? problems.get(0).remedy()
        : "correct the " + problems.size() + " places named above";
  }
}
