using Microsoft.Data.Sqlite;

namespace Orchestrator.Storage.Sqlite;

/// <summary>
/// The one thread that writes: it takes all that waits, writes it in one transaction and answers each when the commit
/// is durable. After a failure it opens the file anew and tries a test write until one works; meanwhile changes wait.
/// </summary>
internal sealed class SqliteWriter(
    string path, StorageOptions options, WriteQueue queue, StorageGauges gauges, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan LockWait = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PauseMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SqliteSession? _session;
    private TimeSpan _pause = PauseMin;
    private long _version;

    /// <summary>Called on the writer's thread with each connection it opens; for tests that make it fail.</summary>
    public Action<SqliteConnection>? Opened { get; init; }

    /// <summary>Done when the thread is over and the file closed.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Done when the file is open and a test write has worked.</summary>
    public Task StartAsync()
    {
        new Thread(Run) { IsBackground = true, Name = "storage writer" }.Start();
        return _started.Task;
    }

    private void Run()
    {
        try
        {
            if (TryStart())
            {
                WriteUntilClosed();
            }
        }
        catch (Exception e)
        {
            // The loop catches all that a database can do; this is a fault of ours, and must not end the process.
            logger.LogCritical(e, "The storage writer ended.");
        }
        finally
        {
            queue.Close();
            queue.FailAll("The store is closed.");
            gauges.Closed();
            CloseSession();
            _ended.TrySetResult();
        }
    }

    private bool TryStart()
    {
        try
        {
            _session = Open(SqliteOpenMode.ReadWriteCreate);
            _session.WaitForLocks(options.StartTimeout);
            SqliteSchema.Prepare(_session, path, options.CheckBytesMax);
            SqliteSchema.PrepareWriter(_session);
            _session.Begin();
            _version = SqliteSchema.TestWrite(_session);
            _session.WaitForLocks(LockWait);
            gauges.Works();
            _started.TrySetResult();
            return true;
        }
        catch (Exception e)
        {
            _started.TrySetException(e as StorageUnavailableException ?? SqliteFailure.AtStart(e, path));
        }
        return false;
    }

    private void WriteUntilClosed()
    {
        while (queue.WaitForWork())
        {
            try
            {
                if (TryBegin())
                {
                    WriteBatch();
                }
            }
            catch (Exception e)
            {
                Recover(e);
            }
        }
        Checkpoint();
    }

    /// <summary>
    /// Takes the lock before it takes the batch: while another program holds the lock, changes stay in the queue and
    /// are answered there when their time is over.
    /// </summary>
    private bool TryBegin()
    {
        var since = time.GetTimestamp();
        while (!_session!.TryBegin())
        {
            if (time.GetElapsedTime(since) >= options.WriteTimeout)
            {
                throw new StorageFailedException($"The database {path} is locked by another program.");
            }
            if (queue.IsClosed && queue.Load().Count == 0)
            {
                return false;
            }
        }
        return true;
    }

    private void WriteBatch()
    {
        var batch = queue.Take();
        try
        {
            foreach (var operation in batch)
            {
                Execute(operation);
            }
            _session!.Commit();
            if (batch.Count > 0)
            {
                gauges.Committed(batch.Count);
            }
            foreach (var operation in batch)
            {
                operation.Committed();
            }
            _pause = PauseMin;
        }
        catch (Exception e)
        {
            _session!.Rollback();
            Fail(batch, e);
            throw;
        }
        finally
        {
            queue.Done();
        }
    }

    private void Execute(WriteOperation operation)
    {
        try
        {
            operation.Execute(_session!, ++_version);
        }
        catch (Exception e) when (SqliteFailure.IsOfOneStatement(e) && _session!.InTransaction)
        {
            logger.LogError(e, "One write failed; the others of its transaction go on.");
            Fail([operation], e);
        }
    }

    private void Fail(IReadOnlyList<WriteOperation> batch, Exception e)
    {
        var failure = new StorageFailedException(SqliteFailure.Sentence(e, path), e);
        foreach (var operation in batch)
        {
            if (operation.TryFail(failure))
            {
                gauges.WriteFailed();
            }
        }
    }

    /// <summary>Returns when a test write has worked, or when the queue is closed and nobody is left to wait.</summary>
    private void Recover(Exception cause)
    {
        var sentence = cause is StorageFailedException ? cause.Message : SqliteFailure.Sentence(cause, path);
        gauges.CommitFailed(sentence);
        logger.LogError(cause, "Writing failed: {Sentence} Trying again.", sentence);
        do
        {
            queue.Pause(_pause);
            _pause = _pause * 2 < PauseMax ? _pause * 2 : PauseMax;
        }
        while (!TryReopen() && !GiveUp());
    }

    private bool TryReopen()
    {
        try
        {
            CloseSession();
            // Without Create: a file that was taken away must not come back as an empty one.
            _session = Open(SqliteOpenMode.ReadWrite);
            _session.WaitForLocks(LockWait);
            SqliteSchema.PrepareWriter(_session);
            _session.Begin();
            _version = Math.Max(_version, SqliteSchema.TestWrite(_session));
            gauges.Works();
            logger.LogInformation("The database {Path} works again.", path);
            return true;
        }
        catch (Exception e)
        {
            gauges.CommitFailed(SqliteFailure.Sentence(e, path));
            return false;
        }
    }

    /// <summary>A closed store does not wait for its disk: the one attempt after the failure was the last.</summary>
    private bool GiveUp()
    {
        if (queue.IsClosed)
        {
            queue.FailAll("The store was closed while its disk did not work.");
            return true;
        }
        return false;
    }

    private SqliteSession Open(SqliteOpenMode mode)
    {
        var session = SqliteSession.Open(path, mode);
        Opened?.Invoke(session.Connection);
        return session;
    }

    /// <summary>So that the file alone is the whole database, for who copies it.</summary>
    private void Checkpoint()
    {
        try
        {
            _session?.Scalar("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        catch (SqliteException e)
        {
            logger.LogWarning(e, "The log stays beside the database; the next start reads it.");
        }
    }

    private void CloseSession()
    {
        try
        {
            _session?.Dispose();
        }
        catch (SqliteException e)
        {
            logger.LogWarning(e, "The connection that had failed could not be closed in order.");
        }
        _session = null;
    }
}
