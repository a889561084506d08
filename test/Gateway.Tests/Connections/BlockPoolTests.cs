using System.Buffers;

namespace Orchestrator.Connections;

public sealed class BlockPoolTests
{
    private readonly MemoryPool<byte> _pool = new BlockPoolFactory().Create();

    [Fact]
    public void A_block_is_used_again()
    {
        var first = _pool.Rent();
        first.Memory.Length.ShouldBe(BlockPool.BlockBytes);
        first.Dispose();
        _pool.Rent(4_096).ShouldBeSameAs(first);
    }

    [Fact]
    public void No_two_have_the_same_one_also_when_one_was_given_back_twice()
    {
        var block = _pool.Rent();
        block.Dispose();
        block.Dispose();
        _pool.Rent().ShouldNotBeSameAs(_pool.Rent());
    }

    [Fact]
    public void Not_more_are_kept_than_are_mostly_needed()
    {
        IMemoryOwner<byte>[] Rent() => [.. Enumerable.Range(0, 2 * BlockPool.KeptMax).Select(_ => _pool.Rent())];
        var first = Rent();
        Array.ForEach(first, static b => b.Dispose());
        Rent().Count(first.Contains).ShouldBe(BlockPool.KeptMax);
    }

    [Fact]
    public void More_than_a_block_is_not_given() => Should.Throw<ArgumentOutOfRangeException>(() => _pool.Rent(BlockPool.BlockBytes + 1));
}
