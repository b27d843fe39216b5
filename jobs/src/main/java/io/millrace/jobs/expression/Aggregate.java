package io.millrace.jobs.expression;

/** The aggregate functions that our own operators know. */
public enum Aggregate {
  COUNT,
  SUM,
  MIN,
  MAX,
  AVG
}
