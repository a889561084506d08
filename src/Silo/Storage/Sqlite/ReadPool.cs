using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;

namespace Orchestrator.Storage.Sqlite;

/// <summary>A few threads that read, each with its own connection, so that the writer is never in their way.</summary>
internal sealed class ReadPool : IDisposable
{
    private readonly string _path;
    private readonly StorageOptions _options;
    private readonly TimeProvider _time;
    private readonly StorageGauges _gauges;
    private readonly BlockingCollection<ReadOperation> _waiting;
    private readonly List<Task> _ended = [];

    public ReadPool(string path, StorageOptions options, TimeProvider time, StorageGauges gauges)
    {
        _path = path;
        _options = options;
        _time = time;
        _gauges = gauges;
        _waiting = new BlockingCollection<ReadOperation>(new ConcurrentQueue<ReadOperation>(), options.ReadQueueMax);
    }

    public void Start()
    {
        for (var number = 0; number < _options.Readers; number++)
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _ended.Add(ended.Task);
            new Thread(() => Run(ended)) { IsBackground = true, Name = "storage reader" }.Start();
        }
    }

    public async Task<T> ReadAsync<T>(Func<SqliteSession, T> read)
    {
        var operation = new ReadOperation<T>(read);
        Add(operation);
        try
        {
            return await operation.Answer.WaitAsync(_options.ReadTimeout, _time);
        }
        catch (TimeoutException e)
        {
            var failure = new StorageFailedException("The database did not answer a read in time.", e);
            operation.Fail(failure);
            _gauges.ReadFailed(failure.Message);
            throw failure;
        }
    }

    /// <summary>Reads that wait are still answered; then the connections are closed.</summary>
    public async Task CloseAsync()
    {
        _waiting.CompleteAdding();
        await Task.WhenAll(_ended);
    }

    public void Dispose() => _waiting.Dispose();

    private void Add(ReadOperation operation)
    {
        try
        {
            if (_waiting.TryAdd(operation))
            {
                return;
            }
        }
        catch (InvalidOperationException e)
        {
            throw new StorageFailedException("The store is closed.", e);
        }
        const string Full = "Too many reads wait for the database already; try again later.";
        _gauges.ReadFailed(Full);
        throw new StorageBusyException(Full);
    }

    private void Run(TaskCompletionSource ended)
    {
        SqliteSession? session = null;
        foreach (var operation in _waiting.GetConsumingEnumerable())
        {
            if (operation.IsAnswered)
            {
                continue;
            }
            try
            {
                session ??= SqliteSession.Open(_path, SqliteOpenMode.ReadOnly);
                operation.Execute(session);
                _gauges.Read();
            }
            catch (Exception e)
            {
                var sentence = SqliteFailure.Sentence(e, _path);
                _gauges.ReadFailed(sentence);
                operation.Fail(new StorageFailedException(sentence, e));
                Close(session);
                session = null;
            }
        }
        Close(session);
        ended.TrySetResult();
    }

    private static void Close(SqliteSession? session)
    {
        try
        {
            session?.Dispose();
        }
        catch (SqliteException)
        {
            // The connection has failed and was reported; the next read opens another.
        }
    }
}

/// <summary>One read that waits for a thread.</summary>
internal abstract class ReadOperation
{
    public abstract bool IsAnswered { get; }

    public abstract void Execute(SqliteSession session);

    public abstract void Fail(Exception why);
}

/// <summary>A read that gives a result.</summary>
internal sealed class ReadOperation<T>(Func<SqliteSession, T> read) : ReadOperation
{
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Answer => _answer.Task;

    public override bool IsAnswered => _answer.Task.IsCompleted;

    public override void Execute(SqliteSession session) => _answer.TrySetResult(read(session));

    public override void Fail(Exception why) => _answer.TrySetException(why);
}
