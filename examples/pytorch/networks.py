"""vkgan's four networks in PyTorch, under the names and layouts of its checkpoints.

What `vkgan export RUN --format safetensors --part generator --out generator.safetensors` writes goes in by

    from safetensors.torch import load_file
    g = InfoGANGenerator(codes=12, z=62)  # recipe best; reference: InfoGANGenerator()
    g.load_state_dict(load_file("generator.safetensors"))
    g.eval()

and `vkgan import weights.safetensors --model infogan` takes what goes out by

    save_file({"G." + k: v.contiguous() for k, v in g.state_dict().items()} |
              {"D." + k: v.contiguous() for k, v in d.state_dict().items()}, "weights.safetensors")

The others of recipe best are InfoGANDiscriminator(continuous=2, head=128), SSGANGenerator(normalised=True) and
SSGANDiscriminator(scales=True); without arguments they are the reference's.

Images are [N,1,28,28], 0 black to 1 white; z is uniform, for InfoGAN from -1 to 1, for SSGAN from 0 to 1; of recipe reference it is
normal, scaled to unit length. Where features of an image become a vector or a vector becomes an image, they are in H, W, C
order. vkgan trains batch-norms by the batch's statistics, as train() does; eval() takes the running ones, which a checkpoint
has calibrated.
"""
import torch
import torch.nn.functional as F
from torch import nn


def before_and_behind(x):
    """TensorFlow's SAME padding for a convolution of 5×5, stride 2, of even sides: one before, two behind."""
    return F.pad(x, (1, 2, 1, 2))


def cropped(x):
    """The same of a transposed convolution: padding=1 has cropped both sides by one; the second one behind goes here."""
    return x[..., :-1, :-1]


class InfoGANGenerator(nn.Module):
    """codes: of all kinds, so 12 with --continuous 2."""

    def __init__(self, codes=10, z=50, side=28):
        super().__init__()
        self.seedling = side // 4
        features = 128 * self.seedling ** 2
        self.linear1 = nn.Linear(z + codes, features, bias=False)
        self.bn1 = nn.BatchNorm1d(features)
        self.deconv1 = nn.ConvTranspose2d(128, 128, 5, stride=2, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(128)
        self.deconv2 = nn.ConvTranspose2d(128, 1, 5, stride=2, padding=1)

    def forward(self, z, code):
        """z [N,z] and codes [N,codes], one-hot, then the continuous ones, to images."""
        h = F.relu(self.bn1(self.linear1(torch.cat([z, code], 1))))
        h = h.view(-1, self.seedling, self.seedling, 128).permute(0, 3, 1, 2)
        h = F.relu(self.bn2(cropped(self.deconv1(h))))
        return torch.sigmoid(cropped(self.deconv2(h)))


class InfoGANDiscriminator(nn.Module):
    """continuous: codes of --continuous; head: features of --q-head."""

    def __init__(self, codes=10, side=28, continuous=0, head=0):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 64, 5, stride=2)
        self.conv2 = nn.Conv2d(64, 128, 5, stride=2, bias=False)
        self.bn2 = nn.BatchNorm2d(128)
        self.linear3 = nn.Linear(128 * (side // 4) ** 2, 1024, bias=False)
        self.bn3 = nn.BatchNorm1d(1024)
        self.adversarial = nn.Linear(1024, 1)
        self.linear4 = nn.Linear(1024, head, bias=False) if head else None
        self.bn4 = nn.BatchNorm1d(head) if head else None
        self.code = nn.Linear(head or 1024, codes)
        self.continuous = nn.Linear(head or 1024, continuous) if continuous else None

    def forward(self, x):
        """Images to the logits of the codes, the logit of being real and, where there are any, the means of the continuous codes."""
        h = F.leaky_relu(self.conv1(before_and_behind(x)), 0.2)
        h = F.leaky_relu(self.bn2(self.conv2(before_and_behind(h))), 0.2)
        h = F.leaky_relu(self.bn3(self.linear3(h.permute(0, 2, 3, 1).flatten(1))), 0.2)
        q = F.leaky_relu(self.bn4(self.linear4(h)), 0.2) if self.linear4 is not None else h
        read = self.code(q), self.adversarial(h)
        return read if self.continuous is None else (*read, self.continuous(q))


class NormalisedLinear(nn.Linear):
    """Weight normalisation: w = weight / sqrt(1e-6 + the sum of weight² over the inputs), times scale where there is one.
    scale is trained in a network's last layer; in the others --init-images sets it, once."""

    def __init__(self, inputs, outputs, scale):
        super().__init__(inputs, outputs)
        self.scale = nn.Parameter(torch.ones(outputs)) if scale else None

    def forward(self, x):
        w = self.weight / torch.sqrt(1e-6 + self.weight.square().sum(1, keepdim=True))
        if self.scale is not None:
            w = w * self.scale[:, None]
        return F.linear(x, w, self.bias)


class SSGANGenerator(nn.Module):
    """normalised: with --g-output-norm, as --recipe best has it. With --g-shift-only the batch-norms' weights are ones that
    vkgan does not train."""

    def __init__(self, z=100, side=28, normalised=False):
        super().__init__()
        self.side = side
        self.linear1 = nn.Linear(z, 500, bias=False)
        self.bn1 = nn.BatchNorm1d(500)
        self.linear2 = nn.Linear(500, 500, bias=False)
        self.bn2 = nn.BatchNorm1d(500)
        self.linear3 = NormalisedLinear(500, side ** 2, scale=True) if normalised else nn.Linear(500, side ** 2)

    def forward(self, z):
        """z [N,z] to images."""
        h = F.softplus(self.bn1(self.linear1(z)))
        h = F.softplus(self.bn2(self.linear2(h)))
        return torch.sigmoid(self.linear3(h)).view(-1, 1, self.side, self.side)


class SSGANDiscriminator(nn.Module):
    """While training, vkgan adds Gaussian noise ahead of each layer: deviation 0.3 on the images, then 0.5."""

    def __init__(self, classes=10, side=28, scales=False):
        super().__init__()
        widths = [side ** 2, 1000, 500, 250, 250, 250, classes]
        for k, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            self.add_module("linear%d" % (k + 1), NormalisedLinear(inputs, outputs, scale=scales or k == 5))

    def forward(self, x):
        """Images to the logits of the classes."""
        x = x.flatten(1)
        for k in range(1, 6):
            x = F.relu(self.get_submodule("linear%d" % k)(x))
        return self.linear6(x)
