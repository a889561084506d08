using Polly;

namespace Orchestrator.Storage.Postgres;

/// <summary>
/// Gives reads and writes a connection in their turn, and sees them through: tried again while their time lasts, and
/// answered as temporary when it is over.
/// </summary>
internal sealed class PostgresWork(PostgresSource source, StorageOptions options, TimeProvider time)
{
    // Two tries at least: the first one may hang on a connection whose other end has gone.
    private const int TriesMin = 2;

    private readonly SemaphoreSlim _turns = new(options.PostgresConnections);
    private readonly PostgresPipelines _pipelines = new(options, time);

    public PostgresLine Reads { get; } = new("reads", options.ReadQueueMax, long.MaxValue);

    public PostgresLine Writes { get; } = new("writes", options.WriteQueueMax, options.WriteQueueBytesMax);

    /// <summary>How long one try may take of the time that there is for all.</summary>
    public static TimeSpan AttemptTimeout(TimeSpan total) => total / TriesMin;

    public Task<T> ReadAsync<T>(Func<PostgresAttempt, Task<T>> read) => InLineAsync(Reads, 0, async () =>
    {
        using var ended = new CancellationTokenSource(options.ReadTimeout, time);
        return await InTurnAsync(new Course(_pipelines.Reads, options.ReadTimeout), read, ended.Token);
    });

    public Task<T> WriteAsync<T>(int bytes, Func<PostgresAttempt, Task<T>> change) => InLineAsync(Writes, bytes, async () =>
    {
        using var ended = new CancellationTokenSource(options.WriteTimeout, time);
        return await InTurnAsync(new Course(_pipelines.Writes, options.WriteTimeout), change, ended.Token);
    });

    /// <summary>What comes before all others and may take as long as the start.</summary>
    public async Task<T> StartAsync<T>(Func<PostgresAttempt, Task<T>> work, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = time.CreateTimer(_ => ended.Cancel(), state: null, options.StartTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            return await TryAsync(new Course(_pipelines.Start, options.StartTimeout), work, ended.Token);
        }
        catch (StorageFailedException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    /// <summary>Takes nothing more; done when the last one is answered.</summary>
    public async Task CloseAsync()
    {
        await Task.WhenAll(Reads.CloseAsync(), Writes.CloseAsync());
        _turns.Dispose();
    }

    private static async Task<T> InLineAsync<T>(PostgresLine line, int bytes, Func<Task<T>> work)
    {
        line.Enter(bytes);
        try
        {
            return await work();
        }
        finally
        {
            line.Leave(bytes);
        }
    }

    private async Task<T> InTurnAsync<T>(Course course, Func<PostgresAttempt, Task<T>> work, CancellationToken ended)
    {
        try
        {
            await _turns.WaitAsync(ended);
        }
        catch (OperationCanceledException e)
        {
            throw Overdue(course, wasAsked: false, e);
        }
        try
        {
            return await TryAsync(course, work, ended);
        }
        finally
        {
            _turns.Release();
        }
    }

    private async Task<T> TryAsync<T>(Course course, Func<PostgresAttempt, Task<T>> work, CancellationToken ended)
    {
        var wasAsked = false;
        Exception? last = null;
        try
        {
            return await course.Pipeline.ExecuteAsync(
                async token =>
                {
                    try
                    {
                        return await Leaving.OrLeaveAsync(AttemptAsync, token);
                    }
                    catch (Exception e) when (PostgresFailure.IsPassing(e))
                    {
                        last = e;
                        throw;
                    }
                },
                ended);
        }
        catch (OperationCanceledException e) when (ended.IsCancellationRequested)
        {
            throw Overdue(course, wasAsked, last ?? e);
        }
        catch (Exception e) when (PostgresFailure.IsAny(e))
        {
            throw new StorageFailedException(PostgresFailure.Sentence(e, source.Place), e);
        }

        async Task<T> AttemptAsync(CancellationToken left)
        {
            await using var connection = await source.OpenAsync(left);
            var attempt = new PostgresAttempt(connection, IsRepeat: wasAsked, left);
            wasAsked = true;
            return await work(attempt);
        }
    }

    private StorageFailedException Overdue(Course course, bool wasAsked, Exception last) => new(
        $"{PostgresFailure.Sentence(last, source.Place)} After {course.Total.TotalSeconds:0.#} s it was given up; "
            + (wasAsked ? "it is not known whether a write will be there." : "it was not done."),
        last);

    /// <summary>How something is tried, and for how long in all.</summary>
    private sealed record Course(ResiliencePipeline Pipeline, TimeSpan Total);
}
