namespace Yadokari.Linux.Proc;

/// <summary>One descriptor that an epoll instance watches.</summary>
/// <param name="Descriptor">Its number when it was added; the number may mean another file by now.</param>
/// <param name="Events">EPOLL* bits (epoll_ctl(2)).</param>
/// <param name="Data">epoll_data.</param>
/// <param name="Inode">Inode of the watched file, to notice a number that was used again.</param>
/// <param name="Device">Device of the watched file, in the kernel's own encoding (major &lt;&lt; 20 | minor).</param>
public readonly record struct EpollTarget(int Descriptor, uint Events, ulong Data, ulong Inode, ulong Device);
