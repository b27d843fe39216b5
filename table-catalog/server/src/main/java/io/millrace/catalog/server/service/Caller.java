package io.millrace.catalog.server.service;

import static java.util.Objects.requireNonNull;

import io.millrace.catalog.server.model.Principal;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Who asks for something, for the length of one request. That this is who it is has been proved.
 * Counts the decisions that were made for it, so that whoever answers can tell that there was one.
 */
public final class Caller {
  private final UUID principal;
  private final String name;
  private final String requestId;
  private final String sourceAddress;
  private final AtomicInteger decisions = new AtomicInteger();

  /**
   * A caller.
   *
   * @param requestId the same in all that is logged and audited of one request
   * @param sourceAddress where it came from; empty if from this process
   */
  public Caller(UUID principal, String name, String requestId, String sourceAddress) {
    this.principal = requireNonNull(principal, "principal is null");
    this.name = requireNonNull(name, "name is null");
    this.requestId = requireNonNull(requestId, "requestId is null");
    this.sourceAddress = requireNonNull(sourceAddress, "sourceAddress is null");
  }

  /** A principal that acts in this process. */
  public static Caller local(Principal principal) {
    return new Caller(principal.id(), principal.name(), UUID.randomUUID().toString(), "");
  }

  public UUID principal() {
    return principal;
  }

  public String name() {
    return name;
  }

  public String requestId() {
    return requestId;
  }

  public String sourceAddress() {
    return sourceAddress;
  }

  /** How often it was decided what this caller may do. */
  public int decisions() {
    return decisions.get();
  }

  void decided() {
    decisions.incrementAndGet();
  }

  @Override
  public String toString() {
    return name + " (" + requestId + ")";
  }
}
