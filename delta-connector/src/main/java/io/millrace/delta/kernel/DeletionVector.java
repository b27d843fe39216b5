package io.millrace.delta.kernel;

import static java.util.Objects.requireNonNull;

import io.delta.kernel.data.Row;
import io.delta.kernel.internal.actions.DeletionVectorDescriptor;
import io.delta.kernel.internal.data.GenericRow;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where the deleted rows of a data file are listed, as the log has it.
 *
 * @param storageType {@code u} in a file of the table named by an encoded UUID, {@code p} in a file
 *     at an absolute path, {@code i} in the log itself
 * @param pathOrInline by storage type
 * @param offset of the vector in its file; empty for inline vectors
 * @param sizeBytes length of the vector, without its length and checksum
 * @param cardinality number of rows deleted
 */
public record DeletionVector(
    String storageType, String pathOrInline, OptionalInt offset, int sizeBytes, long cardinality) {
  public DeletionVector {
    requireNonNull(storageType, "storageType is null");
    requireNonNull(pathOrInline, "pathOrInline is null");
    requireNonNull(offset, "offset is null");
  }

  static DeletionVector of(DeletionVectorDescriptor descriptor) {
    return new DeletionVector(
        descriptor.getStorageType(),
        descriptor.getPathOrInlineDv(),
        descriptor.getOffset().map(OptionalInt::of).orElseGet(OptionalInt::empty),
        descriptor.getSizeInBytes(),
        descriptor.getCardinality());
  }

  DeletionVectorDescriptor descriptor() {
    return new DeletionVectorDescriptor(
        storageType,
        pathOrInline,
        offset.isPresent() ? Optional.of(offset.getAsInt()) : Optional.empty(),
        sizeBytes,
        cardinality);
  }

  Row toRow() {
    Map<Integer, Object> values = new HashMap<>();
    values.put(0, storageType);
    values.put(1, pathOrInline);
    offset.ifPresent(value -> values.put(2, value));
    values.put(3, sizeBytes);
    values.put(4, cardinality);
    return new GenericRow(DeletionVectorDescriptor.READ_SCHEMA, values);
  }
}
