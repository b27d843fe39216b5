/** What a Unity Catalog server is asked over HTTP. */
@NullMarked
package io.millrace.catalog.flink.rest;

import org.jspecify.annotations.NullMarked;
