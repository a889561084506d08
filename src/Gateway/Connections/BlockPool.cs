using System.Buffers;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;

namespace Orchestrator.Connections;

/// <summary>
/// Gives the web server the memory that it reads sockets into. Its own blocks have 4 KiB, and a packet of 50 kB would take thirteen reads; in one of these it is one.
/// A connection on which nothing comes holds none.
/// </summary>
public sealed class BlockPoolFactory : IMemoryPoolFactory<byte>
{
    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockPool();
}

/// <summary>Pinned blocks of one size, used again and again; what was needed at once only rarely is left to the garbage collector.</summary>
internal sealed class BlockPool : MemoryPool<byte>
{
    public const int BlockBytes = 65_536;
    public const int KeptMax = 128;

    private readonly ConcurrentQueue<Block> _free = new();
    private int _kept;

    public override int MaxBufferSize => BlockBytes;

    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockBytes);
        if (!_free.TryDequeue(out var block))
        {
            return new Block(this);
        }

        Interlocked.Decrement(ref _kept);
        block.IsOut = true;
        return block;
    }

    protected override void Dispose(bool disposing) => _free.Clear();

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _kept) <= KeptMax)
        {
            _free.Enqueue(block);
        }
        else
        {
            Interlocked.Decrement(ref _kept);
        }
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(BlockBytes, pinned: true);

        public bool IsOut { get; set; } = true;

        public Memory<byte> Memory => MemoryMarshal.CreateFromPinnedArray(_bytes, 0, BlockBytes);

        public void Dispose()
        {
            // Given back twice, it would be two readers'.
            if (IsOut)
            {
                IsOut = false;
                pool.Return(this);
            }
        }
    }
}
