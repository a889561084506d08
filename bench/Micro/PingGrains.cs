namespace Orchestrator.Micro;

/// <summary>The least that a grain can do.</summary>
[Alias("bench-ping")]
public interface IPing : IGrainWithStringKey
{
    [Alias("ping")]
    Task<int> Ping(int number);

    [Alias("note"), OneWay]
    Task Note(int number);

    /// <summary>Answers when everything before it is done.</summary>
    [Alias("settle")]
    Task<int> Settle();

    /// <summary>Calls the other one so many times, one after the other.</summary>
    [Alias("ask")]
    Task<int> Ask(string other, int times);

    /// <summary>Tells the listener so many times.</summary>
    [Alias("tell")]
    Task Tell(IEar ear, int times);
}

/// <summary>The same, interleaving.</summary>
[Alias("bench-reentrant-ping")]
public interface IReentrantPing : IGrainWithStringKey
{
    [Alias("ping")]
    Task<int> Ping(int number);
}

/// <summary>Hears what grains tell.</summary>
[Alias("bench-ear")]
public interface IEar : IGrainObserver
{
    [Alias("hear")]
    void Hear(int number);
}

public sealed class PingGrain : Grain, IPing
{
    private int _noted;

    public Task<int> Ping(int number) => Task.FromResult(number);

    public Task Note(int number)
    {
        _noted = number;
        return Task.CompletedTask;
    }

    public Task<int> Settle() => Task.FromResult(_noted);

    public async Task<int> Ask(string other, int times)
    {
        var grain = GrainFactory.GetGrain<IPing>(other);
        var sum = 0;
        for (var i = 0; i < times; i++)
        {
            sum += await grain.Ping(i);
        }

        return sum;
    }

    public Task Tell(IEar ear, int times)
    {
        for (var i = 0; i < times; i++)
        {
            ear.Hear(i);
        }

        return Task.CompletedTask;
    }
}

[Reentrant]
public sealed class ReentrantPingGrain : Grain, IReentrantPing
{
    public Task<int> Ping(int number) => Task.FromResult(number);
}
