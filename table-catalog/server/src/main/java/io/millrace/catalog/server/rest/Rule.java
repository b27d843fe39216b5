package io.millrace.catalog.server.rest;

import static java.util.Objects.requireNonNull;

/** Who may call a route. Every route has one, and one that is not kept fails the request. */
public sealed interface Rule {

  /** For people: what a caller needs. */
  String words();

  /**
   * Anybody, without proof of who it is.
   *
   * @param why that does no harm
   */
  record Anybody(String why) implements Rule {
    public Anybody {
      requireNonNull(why, "why is null");
    }

    @Override
    public String words() {
      return "anybody: " + why;
    }
  }

  /**
   * Every principal, and each gets its own answer.
   *
   * @param why no decision is needed, or which one is made for each item
   */
  record EveryPrincipal(String why) implements Rule {
    public EveryPrincipal {
      requireNonNull(why, "why is null");
    }

    @Override
    public String words() {
      return "every principal: " + why;
    }
  }

  /**
   * Who the gate lets pass: at least one decision is made for the caller before there is an answer.
   *
   * @param words such as {@code MANAGE on the table, or ownership}
   */
  record Decided(String words) implements Rule {
    public Decided {
      requireNonNull(words, "words is null");
    }
  }
}
