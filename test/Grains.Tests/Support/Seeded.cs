using FsCheck;
using FsCheck.Fluent;

namespace Orchestrator.Support;

/// <summary>Properties over sequences of steps. A failure prints the shortest sequence found and its seed; SEED="a,b" (and SIZE) runs that one again.</summary>
internal static class Seeded
{
    public static void ForAll<TStep>(Gen<TStep> step, int runs, Action<IReadOnlyList<TStep>> holds)
    {
        var sequences = Gen.Sized(size => step.ArrayOf(Math.Max(1, size)));
        var property = Prop.ForAll(Arb.From(sequences, Shorter), holds);
        var config = Config.QuickThrowOnFailure.WithMaxTest(runs).WithEndSize(60);
        if (Environment.GetEnvironmentVariable("SEED")?.Split(',') is [var first, var second])
        {
            var size = int.Parse(Environment.GetEnvironmentVariable("SIZE") ?? "60", System.Globalization.CultureInfo.InvariantCulture);
            config = config.WithReplay(ulong.Parse(first, System.Globalization.CultureInfo.InvariantCulture), ulong.Parse(second, System.Globalization.CultureInfo.InvariantCulture), size);
        }

        Check.One(config, property);
    }

    /// <summary>Halves go first, then single steps.</summary>
    private static IEnumerable<TStep[]> Shorter<TStep>(TStep[] steps)
    {
        for (var length = steps.Length / 2; length >= 1; length /= 2)
        {
            for (var at = 0; at < steps.Length; at += length)
            {
                yield return [.. steps[..at], .. steps[Math.Min(at + length, steps.Length)..]];
            }
        }
    }
}
