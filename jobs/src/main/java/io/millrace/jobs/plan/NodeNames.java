package io.millrace.jobs.plan;

import java.util.HashSet;
import java.util.Set;

/**
 * Gives each operator of a plan a name of its own. Names are the uids by which state finds its
 * operator again, so the same graph gives the same names every time.
 */
final class NodeNames {
  private final Set<String> given = new HashSet<>();

  /** The name itself, or the name with the first number that nobody has. */
  String unique(String name) {
    String candidate = name;
    for (int i = 2; !given.add(candidate); i++) {
      candidate = name + " " + i;
    }
    return candidate;
  }
}
