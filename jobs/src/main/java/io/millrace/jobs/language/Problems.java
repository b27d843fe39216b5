package io.millrace.jobs.language;

import java.util.ArrayList;
import java.util.List;

/** Collects problems, so that a person is told of all of them at once. Not thread-safe. */
public final class Problems {
  private final List<Problem> found = new ArrayList<>();

  public void add(Problem problem) {
    found.add(problem);
  }

  /** Takes over what another check threw. */
  public void addAll(ProjectException failure) {
    found.addAll(failure.problems());
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /**
   * @throws ProjectException if there is any problem
   */
  public void throwIfAny() {
    if (!found.isEmpty()) {
      throw new ProjectException(found);
    }
  }
}
