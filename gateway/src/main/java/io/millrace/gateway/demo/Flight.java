package io.millrace.gateway.demo;

import static java.util.Objects.requireNonNull;

/**
 * One flight as the source file has it, numbered.
 *
 * @param id line of the source file, from 1
 * @param departedSeconds local time of departure, seconds since 1970-01-01T00:00:00
 * @param delay of the arrival, minutes; negative is early
 * @param distance miles
 * @param origin IATA code
 * @param destination IATA code
 */
record Flight(
    long id, long departedSeconds, int delay, int distance, String origin, String destination) {
  Flight {
    requireNonNull(origin, "origin is null");
    requireNonNull(destination, "destination is null");
  }

  Flight withDelay(int newDelay) {
    return new Flight(id, departedSeconds, newDelay, distance, origin, destination);
  }

  Flight withDistance(int newDistance) {
    return new Flight(id, departedSeconds, delay, newDistance, origin, destination);
  }

  Flight withDepartedSeconds(long newSeconds) {
    return new Flight(id, newSeconds, delay, distance, origin, destination);
  }

  Flight withOrigin(String code) {
    return new Flight(id, departedSeconds, delay, distance, code, destination);
  }

  Flight withDestination(String code) {
    return new Flight(id, departedSeconds, delay, distance, origin, code);
  }
}
