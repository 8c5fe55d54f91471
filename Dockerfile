# The build stage makes one virtual environment from the lock; the final stage copies it.
# Pinned by tag: for a pin by digest, write python:3.12-slim-bookworm@sha256:... on both lines.
FROM python:3.12-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

WORKDIR /src
RUN python -m venv /opt/skillshed
COPY requirements.lock ./
# Wheels only: the image never compiles, so that no compiler is ever needed in it.
RUN /opt/skillshed/bin/python -m pip install \
    --require-hashes --only-binary :all: --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY data data
COPY etl etl
COPY geo geo
RUN /opt/skillshed/bin/python -m pip install --no-build-isolation --no-deps .


FROM python:3.12-slim-bookworm

RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/skillshed skillshed
COPY --from=build /opt/skillshed /opt/skillshed

ENV PATH=/opt/skillshed/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    SKILLSHED_CACHE_DIR=/var/lib/skillshed/cache \
    SKILLSHED_REGISTER_FILE=/var/lib/skillshed/skillshed.gpkg

USER 10001
WORKDIR /var/lib/skillshed
# The register and the compiled gazetteer: what must outlive a container.
VOLUME /var/lib/skillshed
EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=3)"]

ENTRYPOINT ["skillshed"]
CMD ["serve", "--host", "0.0.0.0"]
