package io.millrace.jobs.expression;

/** Inside the compiler: this part has no evaluator here. Never leaves the package. */
final class Unsupported extends Exception {
  private final String operator;

  /**
   * @param operator name of the SQL operator, to find its place in the text; empty if unknown
   */
  Unsupported(String operator, String reason) {
    super(reason, null, false, false);
    this.operator = operator;
  }

  String operator() {
    return operator;
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
