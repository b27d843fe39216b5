package io.millrace.delta.changes;

/** What a row of a change data feed says of itself, in its column {@code _change_type}. */
public enum ChangeType {
  INSERT("insert"),
  UPDATE_PREIMAGE("update_preimage"),
  UPDATE_POSTIMAGE("update_postimage"),
  DELETE("delete");

  private final String text;

  ChangeType(String text) {
    this.text = text;
  }

  /** As files have it. */
  public String text() {
    return text;
  }
}
