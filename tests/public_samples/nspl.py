"""The National Statistics Postcode Lookup in the generations of its header."""

from __future__ import annotations

from pathlib import Path

from public_samples.onspd import table

HEADERS = {
    "NSPL_AUG_2017_UK.csv": (
        "pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,osgrdind,oa11,cty,ced,laua,ward,"
        "hlthau,nhser,ctry,rgn,pcon,eer,teclec,ttwa,pct,nuts,park,lsoa11,msoa11,wz11,ccg,bua11,"
        "buasd11,ru11ind,oac11,lat,long,lep1,lep2,pfa,imd,calncv,stp"
    ),
    "NSPL21_AUG_2024_UK.csv": (
        "pcd,pcd2,pcds,dointr,doterm,usertype,oseast1m,osnrth1m,osgrdind,oa21,cty,ced,laua,ward,"
        "nhser,ctry,rgn,pcon,ttwa,itl,npark,lsoa21,msoa21,wz11,sicbl,bua22,ru11ind,oac11,lat,"
        "long,lep1,lep2,pfa,imd,icb"
    ),
    "NSPL_MAY_2025_UK.csv": (
        "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty25cd,ced25cd,"
        "lad25cd,wd25cd,nhser24cd,ctry25cd,rgn25cd,pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,"
        "msoa21cd,wz11cd,sicbl24cd,bua24cd,ruc21ind,oac11ind,lat,long,lep21cd1,lep21cd2,pfa23cd,"
        "imd20ind,icb23cd"
    ),
    "NSPL_AUG_2026_UK.csv": (
        "pcd7,pcd8,pcds,dointr,doterm,usrtypind,east1m,north1m,gridind,oa21cd,cty26cd,ced25cd,"
        "lad26cd,wd26cd,nhser24cd,ctry26cd,rgn26cd,pcon24cd,ttwa15cd,itl25cd,npark16cd,lsoa21cd,"
        "msoa21cd,wz11cd,sicbl26cd,bua24cd,ruc21ind,oac21ind,lat,long,lep21cd1,lep21cd2,pfa23cd,"
        "imd25ind,icb26cd"
    ),
}


def write(folder: Path) -> list[Path]:
    """Write a file a generation."""
    paths = []
    for name, header in HEADERS.items():
        paths.append(folder / name)
        paths[-1].write_text(table(header), encoding="ascii", newline="")
    return paths
