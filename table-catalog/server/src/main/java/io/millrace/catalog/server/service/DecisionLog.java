package io.millrace.catalog.server.service;

import io.millrace.catalog.server.audit.AuditEvent;

/** Who is told of decisions that belong to no change. Must not take long; called by any thread. */
@FunctionalInterface
public interface DecisionLog {

  void add(AuditEvent event);
}
