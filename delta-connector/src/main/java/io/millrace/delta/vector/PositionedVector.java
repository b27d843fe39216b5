package io.millrace.delta.vector;

/** A vector whose values depend on where in the file its rows are. */
interface PositionedVector {
  /**
   * @param first position in the file of the batch's first row
   */
  void startAt(long first);
}
