using System.Globalization;

namespace Orchestrator.Tests;

/// <summary>What the environment says about a run: TEST_CUTS and TEST_SEED.</summary>
internal static class RunSettings
{
    /// <summary>How often connections break in the long test.</summary>
    public static int Cuts { get; } = Read("TEST_CUTS") ?? 60;

    /// <summary>The same in each run, so that a red run says something about the change before it; TEST_SEED tries another one.</summary>
    public static int Seed { get; } = Read("TEST_SEED") ?? 1;

    private static int? Read(string name) =>
        Environment.GetEnvironmentVariable(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
}
