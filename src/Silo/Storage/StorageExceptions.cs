namespace Orchestrator.Storage;

/// <summary>The program cannot start with this data directory; the message says why, and what to do.</summary>
public sealed class StorageUnavailableException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The store could not do it now: temporary, try again later. It is not known whether a write that failed so will be
/// there: read again before the next one.
/// </summary>
public class StorageFailedException(string message, Exception? inner = null) : IOException(message, inner);

/// <summary>Too much waits already; refused at once, and nothing was done.</summary>
public sealed class StorageBusyException(string message) : StorageFailedException(message);

/// <summary>The state is larger than a record may be; trying again does not help.</summary>
public sealed class StateTooLargeException(string message) : Exception(message);
