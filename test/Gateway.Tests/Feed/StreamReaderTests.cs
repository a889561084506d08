using Microsoft.Extensions.DependencyInjection;
using Orleans.Serialization;

namespace Orchestrator.Cluster;

public sealed class StreamReaderTests
{
    private static readonly Serializer<string[]> Serializer = new ServiceCollection().AddSerializer().BuildServiceProvider().GetRequiredService<Serializer<string[]>>();

    private readonly StreamReader<string> _reader = new(Serializer);

    [Fact]
    public void A_small_batch_is_one_part_and_a_large_one_is_complete_with_its_last()
    {
        var large = new string('x', 2_000_000);

        Parts(1, "a", "b").SelectMany(_reader.Read).ShouldBe(["a", "b"]);
        Parts(2, large, "c").Select(part => _reader.Read(part).Count).ShouldBe([0, 0, 2]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void A_batch_of_which_a_part_is_missing_is_lost_alone(int missing)
    {
        var large = new string('x', 2_000_000);
        var parts = Parts(1, large).ToList();
        parts.RemoveAt(missing);

        IEnumerable<StreamPart> arriving = [.. parts, .. Parts(2, large, "b"), .. Parts(3, "c")];
        arriving.SelectMany(_reader.Read).ShouldBe([large, "b", "c"]);
    }

    private static IEnumerable<StreamPart> Parts(long batch, params string[] items) => StreamPart.Of(batch, Serializer.SerializeToArray(items));
}
