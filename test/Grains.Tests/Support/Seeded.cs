using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace Orchestrator.Support;

/// <summary>
/// Properties over sequences of steps. A failure prints the shortest sequence found and its seed; SEED="a,b" (and SIZE) runs that one again. Without SEED the same
/// sequences are run each time, so that a red run says something about the change before it; SEED=random looks for new ones, TEST_ROUNDS times as many.
/// </summary>
internal static class Seeded
{
    private const ulong First = 20_261_121;
    private const ulong Second = 1;
    private const int SizeMax = 60;

    public static void ForAll<TStep>(Gen<TStep> step, int runs, Action<IReadOnlyList<TStep>> holds)
    {
        var sequences = Gen.Sized(size => step.ArrayOf(Math.Max(1, size)));
        var property = Prop.ForAll(Arb.From(sequences, Shorter), holds);
        var seed = Environment.GetEnvironmentVariable("SEED");
        var config = Config.QuickThrowOnFailure.WithEndSize(SizeMax);
        config = seed switch
        {
            null => config.WithMaxTest(runs).WithReplay(First, Second),
            "random" => config.WithMaxTest(runs * Number("TEST_ROUNDS", 1)),
            _ => config.WithMaxTest(runs).WithReplay(Part(seed, 0), Part(seed, 1), Number("SIZE", SizeMax)),
        };
        Check.One(config, property);
    }

    private static ulong Part(string seed, int index) => ulong.Parse(seed.Split(',')[index], CultureInfo.InvariantCulture);

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

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
