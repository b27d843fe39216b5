package io.millrace.catalog.server.principal.token;

import io.millrace.catalog.ErrorCode;
import io.millrace.catalog.server.audit.AuditEvent;
import io.millrace.catalog.server.model.Principal;
import io.millrace.catalog.server.service.Caller;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/** Lines of the audit log about principals and tokens. */
public final class CallerAudit {
  /** What a request says may be long; a line of the log is not. */
  private static final int CHARACTERS_MAX = 1024;

  private CallerAudit() {}

  /** Something was done with a principal. */
  public static AuditEvent done(
      Instant at, Caller by, String action, Principal with, Map<String, String> parameters) {
    return line(
        at, by, action, type(with.kind()), with.name(), parameters, AuditEvent.Outcome.DONE, "");
  }

  /** Something failed for somebody who may. */
  public static AuditEvent failed(
      Instant at, Caller by, String action, Map<String, String> parameters, ErrorCode code) {
    return line(at, by, action, "", "", parameters, AuditEvent.Outcome.FAILED, code.name());
  }

  /** Somebody could not prove who it is. */
  public static AuditEvent refused(
      Instant at,
      Optional<UUID> principal,
      String name,
      String action,
      Map<String, String> parameters,
      String reason,
      String requestId,
      String sourceAddress) {
    return new AuditEvent(
        at,
        principal,
        name,
        action,
        "",
        "",
        parameters,
        AuditEvent.Outcome.DENIED,
        reason,
        requestId,
        sourceAddress);
  }

  /** How the audit log calls a kind of principal. */
  public static String type(Principal.Kind kind) {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  private static AuditEvent line(
      Instant at,
      Caller by,
      String action,
      String type,
      String name,
      Map<String, String> parameters,
      AuditEvent.Outcome outcome,
      String reason) {
    return new AuditEvent(
        at,
        Optional.of(by.principal()),
        by.name(),
        action,
        type,
        name,
        shortened(parameters),
        outcome,
        reason,
        by.requestId(),
        by.sourceAddress());
  }

  private static Map<String, String> shortened(Map<String, String> parameters) {
    Map<String, String> all = new TreeMap<>(parameters);
    all.replaceAll(
        (name, value) ->
            value.length() <= CHARACTERS_MAX ? value : value.substring(0, CHARACTERS_MAX) + "…");
    return all;
  }
}
