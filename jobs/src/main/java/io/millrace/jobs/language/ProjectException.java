package io.millrace.jobs.language;

import io.millrace.catalog.MillraceException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Everything found wrong with a project, in the order of its files, at most {@value #SHOWN} of them
 * spelled out. The code is that of the first problem.
 */
public final class ProjectException extends MillraceException {
  /** How many problems the message spells out. */
  public static final int SHOWN = 20;

  private static final Comparator<Problem> ORDER =
      Comparator.comparing(
          Problem::position,
          Comparator.nullsFirst(
              Comparator.comparing(Position::file)
                  .thenComparingInt(Position::line)
                  .thenComparingInt(Position::column)));

  private final ArrayList<Problem> problems;

  /**
   * @param problems at least one
   */
  public ProjectException(List<Problem> problems) {
    super(sorted(problems).get(0).code(), summary(sorted(problems)), remedy(sorted(problems)));
    this.problems = new ArrayList<>(sorted(problems));
  }

  /** All of them, also those that the message only counts. */
  public List<Problem> problems() {
    return List.copyOf(problems);
  }

  private static List<Problem> sorted(List<Problem> problems) {
    return problems.stream().sorted(ORDER).toList();
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
