using System.Reflection;

namespace Orchestrator.LocalEngine;

/// <summary>How the engine runs grains.</summary>
public sealed class LocalEngineOptions
{
    /// <summary>Where grain classes are found: every class there that derives from <see cref="Grain"/>.</summary>
    public IList<Assembly> Assemblies { get; } = [];

    /// <summary>
    /// How long a caller waits for its answer, give or take one <see cref="SweepPeriod"/>. An activation that takes
    /// longer to begin or to end is given up.
    /// </summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long an activation stays after its last call.</summary>
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How often time-outs, idle activations and due reminders are looked for.</summary>
    public TimeSpan SweepPeriod { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Copies every argument, result and exception, as a cluster would, and refuses what a cluster could not send.
    /// For tests: messages are immutable, so passing them by reference is right and much faster.
    /// </summary>
    public bool CopyMessages { get; set; }

    /// <summary>Who runs the turns; the thread pool unless a simulation gives another.</summary>
    public ITurnScheduler? Scheduler { get; set; }

    /// <summary>For tests of the engine: just these classes.</summary>
    internal IList<Type> Classes { get; } = [];

    internal IEnumerable<Type> GrainClasses() => Assemblies
        .Distinct()
        .SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.IsSubclassOf(typeof(Grain)) && !type.IsAbstract)
        .Concat(Classes);

    internal void Validate()
    {
        if (Assemblies.Count + Classes.Count == 0)
        {
            throw new InvalidOperationException("The engine has no grains: LocalEngineOptions.Assemblies is empty.");
        }

        if (CallTimeout <= TimeSpan.Zero || IdleTimeout <= TimeSpan.Zero || SweepPeriod <= TimeSpan.Zero)
        {
            throw new InvalidOperationException("CallTimeout, IdleTimeout and SweepPeriod must be longer than nothing.");
        }
    }
}
